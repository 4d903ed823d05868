// ManifestFilter: takes files out of the manifests of a snapshot: a manifest that holds one is
// written anew with that entry marked deleted, the others stay as they are. Its results are kept,
// so that a retry reads only manifests that are new to it.
//
// Errors: kInvalidArgument for a file that a filter matches in part; those of reading and writing
// manifests. Thread-safety: one thread at a time (reads run in parallel inside).
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/manifest_file.h"
#include "table/commit/file_matcher.h"
#include "table/commit/manifest_files.h"
#include "table/commit/manifest_output_internal.h"
#include "table/commit/snapshot_change.h"

namespace firn::table {

/// What leaves the table.
struct Removal {
  std::set<FileKey> files;
  FileMatcherPtr matching;
  /// Deletion vectors of these data files.
  std::set<std::string> vectors_of;
  /// Delete files older than every data file: they touch nothing any more. 0: none.
  iceberg::SequenceNumber deletes_older_than{0};

  bool empty() const {
    return files.empty() && !matching && vectors_of.empty() && deletes_older_than.value() == 0;
  }
  friend bool operator==(const Removal&, const Removal&) = default;
};

struct RemovedFile {
  iceberg::DataFile file;
  iceberg::SpecId spec_id;
};

struct FilteredManifests {
  /// In the order of the input.
  std::vector<iceberg::ManifestFile> manifests;
  std::vector<RemovedFile> removed;
};

class ManifestFilter {
 public:
  ManifestFilter(ManifestFiles& files, const CommitTools& tools) : files_(files), tools_(tools) {}

  Result<FilteredManifests> Run(std::span<const iceberg::ManifestFile> manifests,
                                const Removal& removal,
                                const ManifestOutput& output);

 private:
  struct Outcome {
    iceberg::ManifestFile manifest;
    std::vector<RemovedFile> removed;
  };

  Result<Outcome> FilterOne(const iceberg::ManifestFile& manifest,
                            const Removal& removal,
                            const ManifestOutput& output);

  ManifestFiles& files_;
  const CommitTools& tools_;
  /// What the outcomes below were made for.
  Removal removal_;
  std::map<std::string, Outcome> outcomes_;
};

}  // namespace firn::table
