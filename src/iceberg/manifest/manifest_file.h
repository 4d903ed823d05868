// ManifestFile: a row of a manifest list: where a manifest is, what its entries inherit, and sums
// that let a planner skip it. Source: Iceberg specification, "Manifest Lists" (v1 to v3).
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/schema/ids.h"

namespace firn::iceberg {

/// Of a manifest that no list holds yet: the list that takes it in gives it the snapshot's.
inline constexpr SequenceNumber kUnassignedSequenceNumber{-1};

/// What a manifest's files hold.
enum class ManifestContent : uint8_t { kData = 0, kDeletes = 1 };

/// The values of one partition field in a manifest. Bounds are single-value serialised (Appendix
/// D).
struct FieldSummary {
  bool contains_null = false;
  std::optional<bool> contains_nan;
  std::optional<std::string> lower_bound;
  std::optional<std::string> upper_bound;

  friend bool operator==(const FieldSummary&, const FieldSummary&) = default;
};

struct ManifestFile {
  std::string path;
  int64_t length_bytes = 0;
  SpecId spec_id;
  ManifestContent content = ManifestContent::kData;
  /// 0 in v1 lists, as is the minimum.
  SequenceNumber sequence_number;
  SequenceNumber min_sequence_number;
  SnapshotId added_snapshot_id;
  // nullopt (v1): assume that there are some.
  std::optional<int32_t> added_files_count;
  std::optional<int32_t> existing_files_count;
  std::optional<int32_t> deleted_files_count;
  std::optional<int64_t> added_rows_count;
  std::optional<int64_t> existing_rows_count;
  std::optional<int64_t> deleted_rows_count;
  /// One for each field of the spec; nullopt where the writer gave none.
  std::optional<std::vector<FieldSummary>> partitions;
  std::optional<std::string> key_metadata;
  /// v3 data manifests: the row id of the first row without one.
  std::optional<int64_t> first_row_id;

  friend bool operator==(const ManifestFile&, const ManifestFile&) = default;
};

}  // namespace firn::iceberg
