// A data file in spans that are read apart, so that one large file is work for several threads.
// Source: Iceberg specification, "Manifests", split_offsets.
//
// Thread-safety: a pure function.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "iceberg/manifest/manifest_columns.h"

namespace firn::table {

/// The row groups that begin in [begin, end), bytes of the file.
struct FileSpan {
  int64_t begin = 0;
  int64_t end = std::numeric_limits<int64_t>::max();

  friend bool operator==(const FileSpan&, const FileSpan&) = default;
};

/// All of the file in `row`, in order: spans of at least `bytes` each, but for the last, cut where
/// the file says that it can be.
std::vector<FileSpan> SpansOf(const iceberg::ManifestColumns& manifest,
                              uint32_t row,
                              int64_t bytes);

}  // namespace firn::table
