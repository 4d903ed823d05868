// ManifestCaches: decoded manifests by warehouse. What one warehouse's clients may not read is not
// in its cache: everything in there came through its own files (warehouse_files.h).
//
// Memory: of all warehouses together the bytes that it was made with; beyond kMaxWarehouses the one
// that was used longest ago is let go of. Thread-safety: any thread.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "server/store/records.h"
#include "table/plan/manifest_cache.h"

namespace firn::server_features {

class ManifestCaches {
 public:
  static constexpr size_t kMaxWarehouses = 4;

  explicit ManifestCaches(size_t bytes) : bytes_(bytes) {}

  std::shared_ptr<table::ManifestCache> Of(store::WarehouseId warehouse);

 private:
  const size_t bytes_;
  std::mutex mutex_;
  /// Last used first.
  std::list<std::pair<store::WarehouseId, std::shared_ptr<table::ManifestCache>>> caches_;
};

}  // namespace firn::server_features
