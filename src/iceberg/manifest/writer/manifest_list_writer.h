// Writes the manifest list of a snapshot, in format version 1, 2 or 3. Manifests that are new get
// the snapshot's sequence number here, and in v3 each data manifest without one its first row id.
// Source: Iceberg specification, "Manifest Lists", "First Row ID Assignment".
//
// Errors: kInvalidArgument for a manifest that the version cannot hold, or a new one of another
// snapshot. Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "iceberg/manifest/avro/compressor.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/schema/ids.h"

namespace firn::iceberg {

struct ManifestListOptions {
  FormatVersion format_version = kDefaultFormatVersion;
  SnapshotId snapshot_id;
  std::optional<SnapshotId> parent_snapshot_id;
  /// The snapshot's.
  SequenceNumber sequence_number;
  /// v3: the snapshot's `first-row-id`, the table's `next-row-id` before the commit.
  int64_t first_row_id = 0;
  avro::Compression compression;
};

struct WrittenManifestList {
  std::string bytes;
  /// v3: the table's `next-row-id` after the commit; the snapshot's `added-rows` is how far it
  /// moved.
  int64_t next_row_id = 0;
};

/// `manifests` in the order of the list. One whose sequence number is kUnassignedSequenceNumber was
/// written by this commit.
Result<WrittenManifestList> WriteManifestList(std::span<const ManifestFile> manifests,
                                              const ManifestListOptions& options);

}  // namespace firn::iceberg
