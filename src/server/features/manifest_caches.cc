#include "server/features/manifest_caches.h"

#include <algorithm>

namespace firn::server_features {

std::shared_ptr<table::ManifestCache> ManifestCaches::Of(store::WarehouseId warehouse) {
  std::lock_guard lock(mutex_);
  auto found = std::ranges::find(caches_, warehouse, [](const auto& each) { return each.first; });
  if (found != caches_.end()) {
    caches_.splice(caches_.begin(), caches_, found);
    return caches_.front().second;
  }
  if (caches_.size() == kMaxWarehouses) {
    caches_.pop_back();
  }
  caches_.emplace_front(warehouse, std::make_shared<table::ManifestCache>(bytes_ / kMaxWarehouses));
  return caches_.front().second;
}

}  // namespace firn::server_features
