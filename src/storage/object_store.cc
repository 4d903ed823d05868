#include "storage/object_store.h"

namespace firn::storage {

Result<bool> ObjectStore::Exists(std::string_view location) {
  auto stat = Stat(location);
  if (stat.has_value()) {
    return true;
  }
  if (stat.error().code() == ErrorCode::kNotFound) {
    return false;
  }
  return TakeError(std::move(stat));
}

Status ObjectStore::DeleteMany(std::span<const std::string> locations) {
  Status first;
  for (const std::string& location : locations) {
    Status status = Delete(location);
    if (!status.has_value() && first.has_value()) {
      first = std::move(status);
    }
  }
  return first;
}

}  // namespace firn::storage
