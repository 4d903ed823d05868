// Metrics: every number `/metrics` shows, in Prometheus text format. Names, labels and units are a
// contract: docs/metrics.md lists them.
//
// What requests count is kept here (request_metrics.h); what other rooms count is asked of them at
// each scrape, through sources (sources.h). Thread-safety: any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "server/observe/exposition.h"
#include "server/observe/request_metrics.h"
#include "server/store/catalog_store.h"

namespace firn::observe {

class Metrics {
 public:
  /// Adds its numbers to a scrape. Called on whatever thread renders, one at a time; must not wait.
  using Source = std::function<void(Exposition&)>;

  Metrics();

  void AddSource(Source source);

  RequestMetrics& requests() { return requests_; }
  void ConnectionOpened() { connections_.fetch_add(1, std::memory_order_relaxed); }
  void ConnectionClosed() { connections_.fetch_sub(1, std::memory_order_relaxed); }
  void SetEntityCounts(const store::EntityCounts& counts);
  void SetDatabaseUp(bool up, std::chrono::nanoseconds ping);
  void SetReady(bool ready) { ready_ = ready; }

  /// The whole exposition. Refreshes the process's own numbers.
  std::string Render();

 private:
  void CollectOwn(Exposition& exposition);

  const TimestampMs start_time_;
  RequestMetrics requests_;
  std::atomic<int64_t> connections_ = 0;
  std::atomic<bool> database_up_ = false;
  std::atomic<std::chrono::nanoseconds> database_ping_{};
  std::atomic<bool> ready_ = false;
  std::mutex mutex_;
  store::EntityCounts entities_;
  std::vector<Source> sources_;
};

}  // namespace firn::observe
