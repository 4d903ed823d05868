// Metrics: every number `/metrics` shows, in Prometheus text format. Names, labels and units are a
// contract: docs/metrics.md lists them.
//
// Thread-safety: any thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "server/service/metadata_cache.h"
#include "server/store/catalog_store.h"

namespace firn::observe {

class Metrics {
 public:
  Metrics();
  ~Metrics();

  void RequestStarted();
  /// `route` is a string literal of the operations table. Labels are bounded: routes x statuses.
  void RequestEnded(std::string_view route,
                    int status,
                    std::chrono::nanoseconds duration,
                    size_t response_bytes);
  void ErrorAnswered(std::string_view type);
  void ConnectionOpened();
  void ConnectionClosed();
  void SetEntityCounts(const store::EntityCounts& counts);
  void SetCacheStats(const service::MetadataCache::Stats& stats);
  void SetDatabaseUp(bool up, std::chrono::nanoseconds ping);
  void SetReady(bool ready);

  /// The whole exposition. Refreshes the process's own numbers.
  std::string Render();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace firn::observe
