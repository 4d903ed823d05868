// WriteClustered: the live entries of some manifests of one spec and content, ordered by partition
// (nulls first, then by value, field by field), as new manifests of the target size.
//
// Errors: those of reading and writing manifests. Thread-safety: pure but for ManifestFiles.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_file.h"
#include "table/commit/commit_tools.h"
#include "table/commit/manifest_files.h"
#include "table/commit/manifest_output_internal.h"

namespace firn::table {

struct ClusteredManifests {
  std::vector<iceberg::ManifestFile> manifests;
  int64_t entries = 0;
};

/// `manifests`: one at least.
Result<ClusteredManifests> WriteClustered(std::span<const iceberg::ManifestFile> manifests,
                                          const ManifestOutput& output,
                                          const CommitTools& tools,
                                          ManifestFiles& files);

}  // namespace firn::table
