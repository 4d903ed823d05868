// ManifestOutput: how the manifests of one snapshot are written: format version, schema and specs
// of the base, the snapshot's id, sizes. Made for each attempt.
//
// Errors: kInvalidMetadata for a spec that the table does not have. Thread-safety: immutable.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "iceberg/manifest/avro/compressor.h"
#include "iceberg/manifest/writer/manifest_writer.h"
#include "iceberg/manifest/writer/rolling_manifest_writer.h"
#include "iceberg/metadata/table_metadata.h"

namespace firn::table {

class ManifestOutput {
 public:
  /// Errors: kInvalidArgument for properties that are not of their type.
  static Result<ManifestOutput> Make(iceberg::TableMetadataPtr table, iceberg::SnapshotId snapshot);

  const iceberg::TableMetadata& table() const { return *table_; }
  iceberg::SnapshotId snapshot_id() const { return snapshot_; }
  /// Where manifests and lists go; no slash at its end.
  const std::string& folder() const { return folder_; }
  const iceberg::avro::Compression& compression() const { return compression_; }
  size_t target_bytes() const { return target_bytes_; }

  /// One manifest, whatever its size.
  Result<iceberg::ManifestWriter> Writer(iceberg::SpecId spec,
                                         iceberg::ManifestContent content) const;
  /// As many as keep near the target size.
  Result<iceberg::RollingManifestWriter> RollingWriter(iceberg::SpecId spec,
                                                       iceberg::ManifestContent content) const;

 private:
  Result<iceberg::ManifestWriterOptions> Options(iceberg::SpecId spec,
                                                 iceberg::ManifestContent content) const;

  iceberg::TableMetadataPtr table_;
  iceberg::SnapshotId snapshot_;
  std::string folder_;
  iceberg::avro::Compression compression_;
  size_t target_bytes_ = 0;
};

}  // namespace firn::table
