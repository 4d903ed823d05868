// Worker: one thread of the load generator. Keeps every one of its connections busy with one
// request at a time (closed loop) until the time or the count is used up.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "options.h"
#include "request_source.h"
#include "response_reader.h"
#include "tally.h"

namespace firn::bench {

/// What the workers share.
struct Budget {
  std::chrono::steady_clock::time_point start;
  std::chrono::steady_clock::time_point end;
  std::atomic<int64_t> requests;
};

class Worker {
 public:
  /// Takes the connections `first`, `first + options.threads` and so on.
  Worker(const Options& options, const TableStates& states, unsigned first);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Opens the connections; false where one cannot be made.
  bool ConnectAll();
  void Run(Budget& budget);
  const Tally& tally() const { return tally_; }

 private:
  using Time = std::chrono::steady_clock::time_point;

  struct Connection {
    Connection(const Options& options, const TableStates& states, unsigned number)
        : source(options, states, number) {}

    int socket = -1;
    RequestSource source;
    ResponseReader reader;
    std::string out;
    size_t sent = 0;
    bool busy = false;
    bool wants_write = false;
    Kind kind = Kind::kPath;
    Time started;
  };

  bool Open(Connection& connection);
  void Issue(Connection& connection);
  void SendMore(Connection& connection);
  void Watch(Connection& connection, bool write);
  void ReceiveMore(Connection& connection);
  void Finish(Connection& connection);
  void Lose(Connection& connection);
  bool MayIssue();

  const Options& options_;
  Budget* budget_ = nullptr;
  int epoll_;
  unsigned busy_ = 0;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<char> buffer_;
  Tally tally_;
};

}  // namespace firn::bench
