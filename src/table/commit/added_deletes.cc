#include <algorithm>
#include <utility>

#include "iceberg/schema/partition_key.h"
#include "table/commit/added_deletes_internal.h"

namespace firn::table {
namespace {

/// Reserved column `file_path` of position delete files. Source: specification, "Reserved Field
/// IDs".
constexpr iceberg::FieldId kPathField{2147483546};

const std::string* PathBound(const iceberg::BoundsByField& bounds) {
  auto found =
      std::ranges::find_if(bounds, [](const auto& bound) { return bound.first == kPathField; });
  return found == bounds.end() ? nullptr : &found->second;
}

}  // namespace

void AddedDeletes::Add(const iceberg::DataFile& file, const iceberg::PartitionSpec& spec) {
  empty_ = false;
  if (file.content == iceberg::FileContent::kEqualityDeletes) {
    equality_everywhere_ = equality_everywhere_ || !spec.is_partitioned();
    equality_partitions_.insert(iceberg::PartitionKey(spec.id, file.partition));
    return;
  }
  if (file.referenced_data_file.has_value()) {
    paths_.insert(*file.referenced_data_file);
    return;
  }
  PathRange range;
  if (const std::string* least = PathBound(file.lower_bounds)) {
    range.least = *least;
  }
  if (const std::string* greatest = PathBound(file.upper_bounds)) {
    range.greatest = *greatest;
  }
  by_partition_[iceberg::PartitionKey(spec.id, file.partition)].push_back(std::move(range));
}

bool AddedDeletes::PositionsTouch(const iceberg::DataFile& file, iceberg::SpecId spec) const {
  if (paths_.contains(file.path)) {
    return true;
  }
  auto ranges = by_partition_.find(iceberg::PartitionKey(spec, file.partition));
  return ranges != by_partition_.end() &&
         std::ranges::any_of(ranges->second, [&](const PathRange& range) {
           return range.least <= file.path &&
                  (!range.greatest.has_value() || file.path <= *range.greatest);
         });
}

bool AddedDeletes::EqualitiesTouch(const iceberg::DataFile& file, iceberg::SpecId spec) const {
  return equality_everywhere_ ||
         equality_partitions_.contains(iceberg::PartitionKey(spec, file.partition));
}

}  // namespace firn::table
