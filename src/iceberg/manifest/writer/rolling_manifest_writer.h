// RollingManifestWriter: writes as many manifests as keep each near a size. Source: table property
// `commit.manifest.target-size-bytes`.
//
// Errors: those of ManifestWriter. Thread-safety: one thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/writer/manifest_writer.h"

namespace firn::iceberg {

class RollingManifestWriter {
 public:
  /// A manifest ends with the entry that brings it to `target_bytes`.
  RollingManifestWriter(ManifestWriterOptions options, size_t target_bytes)
      : options_(std::move(options)), target_bytes_(target_bytes) {}

  // As ManifestWriter has them.
  Status Add(const DataFile& file);
  Status Add(const DataFile& file, SequenceNumber sequence_number);
  Status AddExisting(const ManifestEntry& entry);
  Status AddDeleted(const ManifestEntry& entry);

  /// In order; none where nothing was added.
  Result<std::vector<WrittenManifest>> Finish() &&;

 private:
  template <class Write>
  Status Append(Write write);
  Status Close();

  ManifestWriterOptions options_;
  size_t target_bytes_;
  std::optional<ManifestWriter> writer_;
  std::vector<WrittenManifest> finished_;
};

}  // namespace firn::iceberg
