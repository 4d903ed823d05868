// ManifestEntry: a data or delete file of a table and what happened to it. Source: Iceberg
// specification, "Manifests" (v1 to v3).
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "iceberg/schema/ids.h"
#include "iceberg/schema/literal.h"

namespace firn::iceberg {

enum class EntryStatus : uint8_t { kExisting = 0, kAdded = 1, kDeleted = 2 };
enum class FileContent : uint8_t { kData = 0, kPositionDeletes = 1, kEqualityDeletes = 2 };
enum class FileFormat : uint8_t { kAvro, kOrc, kParquet, kPuffin, kOther };

/// Reads a format's name, in any case: Java writes upper case, others lower.
FileFormat FileFormatOf(std::string_view name);

using CountsByField = std::vector<std::pair<FieldId, int64_t>>;
/// Single-value serialised (Appendix D).
using BoundsByField = std::vector<std::pair<FieldId, std::string>>;

struct DataFile {
  FileContent content = FileContent::kData;
  std::string path;
  FileFormat format = FileFormat::kOther;
  /// Its non-null values, by partition field id.
  StructValue partition;
  /// Rows, or for a deletion vector its deleted positions.
  int64_t record_count = 0;
  int64_t file_size_bytes = 0;
  // Metrics by column; empty where the writer gave none.
  CountsByField column_sizes;
  CountsByField value_counts;
  CountsByField null_value_counts;
  CountsByField nan_value_counts;
  BoundsByField lower_bounds;
  BoundsByField upper_bounds;
  std::optional<std::string> key_metadata;
  std::vector<int64_t> split_offsets;
  /// Equality deletes: the columns that are compared.
  std::vector<FieldId> equality_ids;
  std::optional<SortOrderId> sort_order_id;
  /// v3 data files: the row id of the first row, inherited where the file has none.
  std::optional<int64_t> first_row_id;
  /// Deletes that all touch one data file: that file.
  std::optional<std::string> referenced_data_file;
  /// Deletion vectors: where in the Puffin file the vector is.
  std::optional<int64_t> content_offset;
  std::optional<int64_t> content_size_bytes;

  friend bool operator==(const DataFile&, const DataFile&) = default;
};

struct ManifestEntry {
  EntryStatus status = EntryStatus::kExisting;
  /// Where the file was added or, for a deleted one, deleted.
  SnapshotId snapshot_id;
  /// Data and file sequence numbers, inheritance done; nullopt only where a writer broke the rules.
  std::optional<SequenceNumber> sequence_number;
  std::optional<SequenceNumber> file_sequence_number;
  DataFile file;

  /// False for what the manifest only remembers as deleted.
  bool is_live() const { return status != EntryStatus::kDeleted; }

  friend bool operator==(const ManifestEntry&, const ManifestEntry&) = default;
};

}  // namespace firn::iceberg
