// TableFootprint: how much a table, or one of its snapshots, is made of: what maintenance reports
// before and after. Each file counts once, however many manifests and snapshots name it; deletion
// vectors count as the Puffin files that hold them.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"

namespace firn::table {

enum class TableFileKind : uint8_t {
  kData,
  kDeletes,
  kManifest,
  kManifestList,
  kStatistics,
  kMetadata,  ///< Table metadata.
  kOther,     ///< Not told by its name.
};

struct TableFootprint {
  int64_t snapshots = 0;
  int64_t manifests = 0;
  int64_t manifest_bytes = 0;
  int64_t data_files = 0;
  int64_t data_bytes = 0;
  int64_t delete_files = 0;
  int64_t delete_bytes = 0;
  /// Rows of the data files, deleted ones among them.
  int64_t data_rows = 0;

  int64_t files() const { return data_files + delete_files; }
  int64_t bytes() const { return data_bytes + delete_bytes; }
};

/// What was deleted or, in a dry run, would be.
struct DeletedFiles {
  int64_t data_files = 0;
  int64_t delete_files = 0;
  int64_t manifests = 0;
  int64_t manifest_lists = 0;
  int64_t statistics_files = 0;
  int64_t metadata_files = 0;
  int64_t other_files = 0;
  /// As far as sizes are known: those of manifest lists and statistics may not be.
  int64_t bytes = 0;

  /// Unused, but outside the table's folders: left.
  int64_t left_outside = 0;
  /// Could not be deleted: left, as orphans.
  int64_t failed = 0;
  /// Why deleting ended early; the rest is left.
  std::optional<Error> stopped_by;

  int64_t files() const {
    return data_files + delete_files + manifests + manifest_lists + statistics_files +
           metadata_files + other_files;
  }
  void Add(TableFileKind kind, int64_t file_bytes);
};

}  // namespace firn::table
