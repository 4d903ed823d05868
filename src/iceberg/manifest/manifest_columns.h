// ManifestColumns: the entries of one manifest as columns (struct of arrays). Row i of each column
// is entry i, in the file's order, deleted ones included, with everything inherited from the
// manifest list filled in. manifest_decoder.h makes it; evaluators run over whole columns;
// src/table makes only the rows that match into entries (EntryAt). Source: Iceberg specification,
// "Manifests".
//
// Thread-safety: shared as std::shared_ptr<const ManifestColumns>, immutable.
//
//   const FieldMetrics* price = columns.FindMetrics(FieldId(3));
//   if (price != nullptr && !price->upper_bounds.empty()) {
//     auto heads = price->upper_bounds.heads();   // one loop over flat arrays
//     ...
//   }
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/manifest/metric_columns.h"
#include "iceberg/manifest/metrics_projection.h"
#include "iceberg/schema/ids.h"
#include "iceberg/schema/literal.h"

namespace firn::iceberg {

/// Only where a writer broke the rules (an existing entry without a number).
inline constexpr SequenceNumber kNoSequenceNumber{kAbsent};

struct ManifestColumns {
  FormatVersion format_version = 1;
  ManifestContent content = ManifestContent::kData;
  /// The spec of all its files, from the manifest list.
  SpecId spec_id;
  /// Whose metrics are here.
  MetricsProjection projection;

  // A value for each row.
  std::vector<EntryStatus> statuses;
  std::vector<FileContent> contents;
  std::vector<FileFormat> formats;
  std::vector<SnapshotId> snapshot_ids;
  std::vector<SequenceNumber> sequence_numbers;       ///< of the data; or kNoSequenceNumber
  std::vector<SequenceNumber> file_sequence_numbers;  ///< or kNoSequenceNumber
  TextColumn paths;
  std::vector<int64_t> record_counts;
  std::vector<int64_t> file_sizes_bytes;
  /// Index into `partitions`.
  std::vector<uint32_t> partition_ids;

  /// Distinct partition tuples: their non-null values by partition field id. A value has the type
  /// that the file gives it (an int where the source column was promoted to long later).
  std::vector<StructValue> partitions;

  // A value for each row where any entry has one, else empty: see ValueAt. Entries without a value
  // have kAbsent, or an empty text or list.
  std::vector<int64_t> first_row_ids;
  std::vector<int64_t> sort_order_ids;
  std::vector<int64_t> content_offsets;
  std::vector<int64_t> content_sizes_bytes;
  TextColumn referenced_data_files;
  TextColumn key_metadata;
  ListColumn<int64_t> split_offsets;
  ListColumn<FieldId> equality_ids;

  /// Ascending by field id; a column that no entry has metrics of is not here.
  std::vector<FieldMetrics> metrics;

  size_t size() const { return statuses.size(); }
  bool is_live(size_t row) const { return statuses[row] != EntryStatus::kDeleted; }
  /// nullptr where no entry says anything of the column, or it was not projected.
  const FieldMetrics* FindMetrics(FieldId id) const;
  /// The row as a struct, with the metrics that were projected.
  ManifestEntry EntryAt(size_t row) const;
  /// All memory it holds, for bounded caches.
  size_t MemoryBytes() const;
};

/// The value of an optional column.
inline std::optional<int64_t> ValueAt(const std::vector<int64_t>& column, size_t row) {
  return column.empty() || column[row] == kAbsent ? std::nullopt : std::optional(column[row]);
}

}  // namespace firn::iceberg
