#include "columnar/deletes/deleted_positions.h"

#include <algorithm>
#include <utility>

namespace firn::columnar {

DeletedPositions DeletedPositions::FromLists(std::span<const std::vector<int64_t>* const> lists) {
  DeletedPositions made;
  size_t total = 0;
  for (const auto* list : lists) {
    total += list->size();
  }
  made.positions_.reserve(total);
  for (const auto* list : lists) {
    made.positions_.insert(made.positions_.end(), list->begin(), list->end());
  }
  if (!std::is_sorted(made.positions_.begin(), made.positions_.end())) {
    std::sort(made.positions_.begin(), made.positions_.end());
  }
  made.positions_.erase(std::unique(made.positions_.begin(), made.positions_.end()),
                        made.positions_.end());
  return made;
}

DeletedPositions DeletedPositions::FromVector(
    std::shared_ptr<const iceberg::DeletionVector> vector) {
  DeletedPositions made;
  made.vector_ = std::move(vector);
  return made;
}

bool DeletedPositions::TouchesRows(int64_t begin, int64_t rows) const {
  if (vector_ != nullptr) {
    return !vector_->Between(begin, begin + rows).empty();
  }
  auto first = std::lower_bound(positions_.begin(), positions_.end(), begin);
  return first != positions_.end() && *first < begin + rows;
}

void DeletedPositions::Clear(int64_t begin, std::span<uint8_t> mask) const {
  int64_t end = begin + static_cast<int64_t>(mask.size());
  if (vector_ != nullptr) {
    for (int64_t position : vector_->Between(begin, end)) {
      mask[static_cast<size_t>(position - begin)] = 0;
    }
    return;
  }
  auto next = std::lower_bound(positions_.begin(), positions_.end(), begin);
  for (; next != positions_.end() && *next < end; ++next) {
    mask[static_cast<size_t>(*next - begin)] = 0;
  }
}

int64_t DeletedPositions::count() const {
  return vector_ != nullptr ? vector_->cardinality() : static_cast<int64_t>(positions_.size());
}

Status DeletedPositions::AddTo(iceberg::DeletionVector& vector) const {
  if (vector_ != nullptr) {
    return vector.Merge(*vector_);
  }
  for (int64_t position : positions_) {
    RETURN_IF_ERROR(vector.Add(position));
  }
  return {};
}

}  // namespace firn::columnar
