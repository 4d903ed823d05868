// Writes the deletion vectors of several data files into one Puffin file, with the delete files
// that manifests name them by. Source: Iceberg specification, "Deletion Vectors"; Puffin
// specification, "deletion-vector-v1".
//
// Errors: those of DeletionVector and PuffinWriter. Thread-safety: pure function.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/puffin/deletion_vector.h"
#include "iceberg/schema/literal.h"

namespace firn::iceberg {

struct FileDeletes {
  /// The data file, as table metadata names it, and its partition.
  std::string data_file;
  StructValue partition;
  DeletionVector deleted;
};

struct WrittenDeletionVectors {
  /// The Puffin file.
  std::string bytes;
  /// One for each data file, in order; their path is that of the Puffin file.
  std::vector<DataFile> delete_files;
};

/// `path` is where the caller stores the file; `created_by` names this program and its version.
Result<WrittenDeletionVectors> WriteDeletionVectors(std::span<const FileDeletes> deletes,
                                                    const std::string& path,
                                                    std::string created_by);

}  // namespace firn::iceberg
