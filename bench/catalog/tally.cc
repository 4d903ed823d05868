#include "tally.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace firn::bench {
namespace {

uint32_t Quantile(const std::vector<uint32_t>& sorted, double quantile) {
  if (sorted.empty()) {
    return 0;
  }
  auto rank = static_cast<size_t>(quantile * static_cast<double>(sorted.size()));
  return sorted[std::min(rank, sorted.size() - 1)];
}

std::string PrintKind(KindTally& kind, double seconds) {
  std::sort(kind.latencies_us.begin(), kind.latencies_us.end());
  const auto& sorted = kind.latencies_us;
  std::string statuses;
  for (const auto& [status, count] : kind.statuses) {
    fmt::format_to(std::back_inserter(statuses), "{}\"{}\":{}", statuses.empty() ? "" : ",", status,
                   count);
  }
  auto count = static_cast<double>(sorted.size());
  return fmt::format(
      R"({{"count":{},"rate":{:.2f},"p50_us":{},"p95_us":{},"p99_us":{},"max_us":{},)"
      R"("body_bytes":{},"statuses":{{{}}}}})",
      sorted.size(), seconds > 0 ? count / seconds : 0, Quantile(sorted, 0.5),
      Quantile(sorted, 0.95), Quantile(sorted, 0.99), sorted.empty() ? 0 : sorted.back(),
      kind.body_bytes, statuses);
}

}  // namespace

void Tally::Add(const Tally& other) {
  for (size_t i = 0; i < kinds.size(); ++i) {
    const KindTally& from = other.kinds[i];
    for (const auto& [status, count] : from.statuses) {
      kinds[i].statuses[status] += count;
    }
    kinds[i].latencies_us.insert(kinds[i].latencies_us.end(), from.latencies_us.begin(),
                                 from.latencies_us.end());
    kinds[i].body_bytes += from.body_bytes;
  }
  broken += other.broken;
  unanswered += other.unanswered;
  last_answer_s = std::max(last_answer_s, other.last_answer_s);
}

std::string PrintTally(Tally& tally, const Options& options, double client_cpu_s) {
  std::string kinds;
  size_t count = 0;
  for (size_t i = 0; i < tally.kinds.size(); ++i) {
    KindTally& kind = tally.kinds[i];
    if (kind.latencies_us.empty()) {
      continue;
    }
    count += kind.latencies_us.size();
    fmt::format_to(std::back_inserter(kinds), "{}\"{}\":{}", kinds.empty() ? "" : ",",
                   ToString(static_cast<Kind>(i)), PrintKind(kind, tally.last_answer_s));
  }
  double rate = tally.last_answer_s > 0 ? static_cast<double>(count) / tally.last_answer_s : 0;
  return fmt::format(R"({{"connections":{},"seconds":{:.4f},"count":{},"rate":{:.2f},"broken":{},)"
                     R"("unanswered":{},"client_cpu_s":{:.3f},"kinds":{{{}}}}})",
                     options.connections, tally.last_answer_s, count, rate, tally.broken,
                     tally.unanswered, client_cpu_s, kinds);
}

}  // namespace firn::bench
