// RequestMetrics: counts and latencies of HTTP requests, on the hot path. Each thread counts in
// cells of its own, without a lock and without sharing a cache line with others; a scrape adds them
// up.
//
// Bounded: a cell for each thread that serves, route and status; routes and statuses come from
// tables. Thread-safety: any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "server/observe/exposition.h"

namespace firn::observe {

class RequestMetrics {
 public:
  RequestMetrics();
  ~RequestMetrics();
  RequestMetrics(const RequestMetrics&) = delete;
  RequestMetrics& operator=(const RequestMetrics&) = delete;

  void Started();
  /// `route` is a string literal of the operations table.
  void Ended(std::string_view route,
             int status,
             std::chrono::nanoseconds duration,
             size_t response_bytes);
  /// `type` is one of the error table's.
  void ErrorAnswered(std::string_view type);

  void Collect(Exposition& exposition) const;

 private:
  struct Cells;

  Cells& Mine();
  Cells& FindOrMake();

  /// Tells this object from one that was at the same address before.
  const uint64_t id_;
  mutable std::mutex mutex_;
  std::map<std::thread::id, std::unique_ptr<Cells>> threads_;
  std::map<std::string, uint64_t, std::less<>> errors_;
};

}  // namespace firn::observe
