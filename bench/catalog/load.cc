// firn_load: a closed-loop load generator for a REST catalog on 127.0.0.1.
//
//   firn_load --port 8181 --connections 64 --threads 2 --seconds 10 --mix load-table=8,append=2
//
// Prints one JSON object: rate, latencies, statuses. options.h names every option.
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include "options.h"
#include "request_source.h"
#include "socket_client.h"
#include "tally.h"
#include "worker.h"

namespace firn::bench {
namespace {

bool Appends(const Options& options) {
  for (const Share& share : options.mix) {
    if (share.kind == Kind::kAppend) {
      return true;
    }
  }
  return false;
}

/// What appends must know of their tables; none where the mix has no append.
bool LoadStates(const Options& options, TableStates& states) {
  for (unsigned i = 0; Appends(options) && i < options.tables; ++i) {
    auto target = fmt::format("{}/namespaces/{}/tables/{}{}", options.prefix, options.name_space,
                              options.table, i);
    auto loaded = Fetch(options.port, target);
    if (!loaded) {
      fmt::print(stderr, "firn_load: cannot load {}\n", target);
      return false;
    }
    states.push_back(std::make_unique<TableState>(*loaded));
  }
  return true;
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int Run(const Options& options) {
  TableStates states;
  if (!LoadStates(options, states)) {
    return 1;
  }
  std::vector<std::unique_ptr<Worker>> workers;
  for (unsigned i = 0; i < options.threads; ++i) {
    workers.push_back(std::make_unique<Worker>(options, states, i));
    if (!workers.back()->ConnectAll()) {
      fmt::print(stderr, "firn_load: cannot connect to port {}\n", options.port);
      return 1;
    }
  }
  auto start = std::chrono::steady_clock::now();
  auto time = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(options.seconds));
  Budget budget{.start = start, .end = start + time, .requests = options.count};
  double cpu_before = CpuSeconds();
  std::vector<std::thread> threads;
  for (auto& worker : workers) {
    threads.emplace_back([&worker, &budget] { worker->Run(budget); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  Tally total;
  for (auto& worker : workers) {
    total.Add(worker->tally());
  }
  fmt::print("{}\n", PrintTally(total, options, CpuSeconds() - cpu_before));
  return 0;
}

}  // namespace
}  // namespace firn::bench

int main(int argc, char** argv) {
  auto options = firn::bench::ParseOptions(argc, argv);
  return options ? firn::bench::Run(*options) : 2;
}
