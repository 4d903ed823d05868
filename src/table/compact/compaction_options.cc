#include "table/compact/compaction_options.h"

#include <algorithm>

#include <fmt/format.h>

#include "iceberg/metadata/table_properties.h"

namespace firn::table {
namespace {

constexpr int64_t kTargetFileBytesDefault = int64_t{512} << 20;

Status CheckCounts(const CompactionOptions& options) {
  if (options.min_input_files < 1 || options.max_group_bytes < 1 || options.max_commits < 1 ||
      options.delete_file_threshold < 1 || options.delete_ratio_threshold <= 0 ||
      options.delete_ratio_threshold > 1) {
    return Error(ErrorCode::kInvalidArgument, "An option of the compaction is out of range");
  }
  return {};
}

}  // namespace

Result<FileSizes> ReadFileSizes(const iceberg::TableMetadata& table,
                                const CompactionOptions& options) {
  RETURN_IF_ERROR(CheckCounts(options));
  FileSizes sizes;
  ASSIGN_OR_RETURN(sizes.target,
                   iceberg::LongProperty(*table.properties, "write.target-file-size-bytes",
                                         kTargetFileBytesDefault));
  sizes.target = options.target_file_bytes.value_or(sizes.target);
  sizes.least = options.min_file_bytes.value_or(sizes.target / 4 * 3);
  sizes.greatest = options.max_file_bytes.value_or(sizes.target / 5 * 9);
  if (sizes.least < 0 || sizes.target <= sizes.least || sizes.greatest <= sizes.target) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Sizes of files are not in order: at least {}, target {}, at most {}",
                             sizes.least, sizes.target, sizes.greatest));
  }
  return sizes;
}

Result<iceberg::SortOrder> ReadSortOrder(const iceberg::TableMetadata& table,
                                         const CompactionOptions& options) {
  if (options.strategy == CompactionStrategy::kBinPack) {
    return iceberg::SortOrder();
  }
  iceberg::SortOrder order = options.sort_order.value_or(table.default_sort_order());
  if (!order.is_sorted()) {
    return Error(ErrorCode::kInvalidArgument, "The table has no sort order, and none is given");
  }
  RETURN_IF_ERROR(iceberg::CheckCompatibility(order, table.current_schema()));
  order.id = iceberg::kUnsortedOrderId;
  for (const iceberg::SortOrder& known : table.sort_orders) {
    if (known.fields == order.fields) {
      order.id = known.id;
    }
  }
  return order;
}

}  // namespace firn::table
