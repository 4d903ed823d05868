// ManifestMerger: joins small manifests of one spec into larger ones. Source: table properties
// `commit.manifest-merge.enabled`, `commit.manifest.min-count-to-merge`,
// `commit.manifest.target-size-bytes`; what is joined is as in the reference implementation: bins
// are packed from the old end, and the one with the newest manifest waits for the least count.
//
// Errors: those of reading and writing manifests. Thread-safety: one thread at a time.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_file.h"
#include "table/commit/manifest_files.h"
#include "table/commit/manifest_output_internal.h"

namespace firn::table {

class ManifestMerger {
 public:
  ManifestMerger(ManifestFiles& files, const CommitTools& tools) : files_(files), tools_(tools) {}

  /// `manifests`: of one content, the newest first. Errors: also kInvalidArgument for properties
  /// that are not of their type.
  Result<std::vector<iceberg::ManifestFile>> Run(std::span<const iceberg::ManifestFile> manifests,
                                                 const ManifestOutput& output);

 private:
  using Bin = std::vector<iceberg::ManifestFile>;

  Result<iceberg::ManifestFile> Merge(const Bin& bin, const ManifestOutput& output);

  ManifestFiles& files_;
  const CommitTools& tools_;
  /// Merged before, by the paths that went in: a retry reads nothing twice.
  std::map<std::vector<std::string>, iceberg::ManifestFile> merged_;
};

}  // namespace firn::table
