// What a scan asks of every data file, and what the plan knows of one of them.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <arrow/memory_pool.h>

#include "base/thread_pool.h"
#include "columnar/deletes/deleted_positions.h"
#include "columnar/deletes/equality_delete_set.h"
#include "columnar/io/object_file.h"
#include "columnar/pages/page_choice.h"
#include "columnar/pages/row_ranges.h"
#include "iceberg/expression/bound_expression.h"
#include "iceberg/schema/name_mapping.h"
#include "iceberg/schema/partition_spec.h"
#include "iceberg/schema/schema.h"
#include "storage/object_store.h"

namespace firn::columnar {

enum class DecodeThreads : uint8_t {
  kCaller,     ///< One: who reads many files at a time wants this.
  kArrowPool,  ///< Columns of a batch in parallel, on Arrow's pool.
};

struct ReadOptions {
  /// Rows of a batch at most, before deletes and filter.
  int64_t batch_rows = int64_t{64} << 10;
  /// A row group whose columns take at most so much is decoded at once, which copies less, and
  /// handed on in slices. 0: never, for who may stop early.
  int64_t whole_group_bytes = int64_t{64} << 20;
  DecodeThreads threads = DecodeThreads::kCaller;
  FetchLimits fetch;
  PageIndexUse page_index = PageIndexUse::kWhereItSaves;
  /// Ends reading between batches, with kUnavailable.
  std::stop_token stop = {};
};

/// What reading works with. All outlive the readers.
struct ReadContext {
  storage::ObjectStore& store;
  ThreadPool& pool;
  ReadOptions options;
  arrow::MemoryPool* memory = arrow::default_memory_pool();
};

/// What the filter does with the rows of a data file.
enum class RowFilter : uint8_t {
  kExact,      ///< Only rows that match are returned.
  kPruneOnly,  ///< Parts of the file that cannot match are left out, other rows are returned.
};

/// Shared by the files of a scan.
struct ReadRequest {
  /// The table's at the snapshot: filter and equality deletes name its columns, and those of
  /// `dropped`.
  iceberg::Schema schema;
  /// Output, in order: fields of the schema, maybe with fewer fields in their structs, and metadata
  /// columns (metadata_columns.h).
  std::vector<iceberg::NestedField> columns;
  /// What equality deletes compare and the schema has no more: columns of an older one, their
  /// structs pruned to it.
  std::vector<iceberg::NestedField> dropped;
  /// Table property schema.name-mapping.default.
  std::optional<iceberg::NameMapping> name_mapping;
  RowFilter filter = RowFilter::kExact;
};

/// What is read of a file.
struct FilePart {
  /// Row groups that begin in [begin, end), bytes of the file.
  int64_t begin = 0;
  int64_t end = std::numeric_limits<int64_t>::max();
  /// Rows of the file; null: all. Row groups and pages without one are left out, other rows come
  /// too. Outlives Open.
  const RowRanges* rows = nullptr;
};

/// A data or delete file, from its manifest entry.
struct FileToRead {
  std::string path;
  /// Negative: unknown.
  int64_t size_bytes = -1;
  iceberg::SpecId spec_id;
  /// The file's spec, and its non-null values by partition field id.
  iceberg::PartitionSpec spec;
  iceberg::StructValue partition;
  std::optional<int64_t> first_row_id;
  std::optional<iceberg::SequenceNumber> sequence_number;
  FilePart part = {};
};

/// What is deleted from one data file.
struct FileDeletes {
  std::shared_ptr<const DeletedPositions> positions;
  std::vector<std::shared_ptr<const EqualityDeleteSet>> equality;

  bool empty() const { return positions == nullptr && equality.empty(); }
};

}  // namespace firn::columnar
