#include "iceberg/metadata/snapshot.h"

namespace firn::iceberg {

void SnapshotSummary::Add(std::string_view key, std::string_view value) {
  bytes_ += key;
  ends_.push_back(static_cast<uint32_t>(bytes_.size()));
  bytes_ += value;
  ends_.push_back(static_cast<uint32_t>(bytes_.size()));
}

void SnapshotSummary::Reserve(size_t pairs, size_t bytes) {
  ends_.reserve(2 * pairs);
  bytes_.reserve(bytes);
}

std::optional<std::string_view> SnapshotSummary::Find(std::string_view key) const {
  for (size_t i = 0; i < size(); ++i) {
    if (this->key(i) == key) {
      return value(i);
    }
  }
  return std::nullopt;
}

}  // namespace firn::iceberg
