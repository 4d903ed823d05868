// What a compaction rewrites, how, and how it is committed. Names and defaults are those of the
// reference implementation's rewrite of data files, but for what runs at a time.
//
// Thread-safety: plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "base/result.h"
#include "columnar/write/table_file_writer.h"
#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression.h"
#include "iceberg/metadata/snapshot_ref.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/schema/sort_order.h"
#include "table/maintain/maintenance.h"

namespace firn::table {

enum class CompactionStrategy : uint8_t {
  kBinPack,  ///< Rows stay in the order of their files.
  kSort,     ///< Rows of a group are sorted.
};

enum class FileChoice : uint8_t {
  kMisfits,  ///< By size, by deletes and, to sort, those that are not sorted.
  kAll,
};

/// Files of a partition spec that is not the table's default any more.
enum class OtherSpecs : uint8_t {
  kAsOthers,  ///< Chosen like others.
  kMove,      ///< All are rewritten.
};

/// How old rewritten rows are.
enum class RewrittenAge : uint8_t {
  /// As old as the snapshot that was read: equality deletes that come meanwhile apply.
  kOfSnapshotRead,
  /// New: then equality deletes that come meanwhile are a conflict.
  kNew,
};

/// Deletes that touch nothing any more once files are rewritten.
enum class DanglingDeletes : uint8_t { kRemove, kKeep };

struct CompactionOptions {
  RunMode mode = RunMode::kDryRun;
  std::string branch{iceberg::kMainBranch};
  /// Files that may hold matching rows count, whole.
  iceberg::Expression filter = iceberg::Expression::True();
  iceberg::NameCase names = iceberg::NameCase::kSensitive;

  CompactionStrategy strategy = CompactionStrategy::kBinPack;
  /// Of kSort. nullopt: the table's own.
  std::optional<iceberg::SortOrder> sort_order;

  FileChoice choice = FileChoice::kMisfits;
  OtherSpecs other_specs = OtherSpecs::kAsOthers;
  /// nullopt: `write.target-file-size-bytes`.
  std::optional<int64_t> target_file_bytes;
  /// Smaller and larger files are misfits. nullopt: 75 % and 180 % of the target.
  std::optional<int64_t> min_file_bytes;
  std::optional<int64_t> max_file_bytes;
  /// A group of so many files is rewritten however small it is; at least 1.
  int32_t min_input_files = 5;
  /// Files of one partition that are rewritten together.
  int64_t max_group_bytes = int64_t{100} << 30;
  /// A file with so many delete files is a misfit.
  int32_t delete_file_threshold = std::numeric_limits<int32_t>::max();
  /// A file is one where so many of its rows are known to be deleted: by deletes that name it.
  double delete_ratio_threshold = 0.3;

  RewrittenAge age = RewrittenAge::kOfSnapshotRead;
  DanglingDeletes dangling = DanglingDeletes::kRemove;
  /// 1: all or nothing. More: groups are committed in so many parts, and a part that fails does not
  /// end the others.
  int32_t max_commits = 1;
  /// Each holds a file of the target size in memory, and what `limits` says.
  size_t groups_at_once = 2;
  columnar::WriteLimits limits;
};

/// Sizes as options and properties give them.
struct FileSizes {
  int64_t target = 0;
  int64_t least = 0;
  int64_t greatest = 0;

  bool Fits(int64_t bytes) const { return bytes >= least && bytes <= greatest; }
};

/// Errors: kInvalidArgument where sizes are not in order, or an option or property is out of range.
Result<FileSizes> ReadFileSizes(const iceberg::TableMetadata& table,
                                const CompactionOptions& options);

/// What rewritten files are sorted by: with the id of the table's order that has the same fields,
/// else that of unsorted, for others do not know the order. Unsorted for kBinPack.
/// Errors: kInvalidArgument for kSort without an order, or one that does not fit the schema.
Result<iceberg::SortOrder> ReadSortOrder(const iceberg::TableMetadata& table,
                                         const CompactionOptions& options);

}  // namespace firn::table
