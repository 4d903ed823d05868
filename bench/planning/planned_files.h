// A table of many data files that exist only in its metadata: a day's files lie in one partition
// and cover its ids, each a thousandth of them. Twelve columns with all statistics; format version
// 2; manifests packed by deflate, as Iceberg's writers do unless told otherwise.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "storage/object_store.h"

namespace firn::bench {

inline constexpr int64_t kFilesOfDay = 1000;
inline constexpr int64_t kRowsOfFile = 1000;
/// The first partition: 2024-01-01.
inline constexpr int32_t kFirstDay = 19'723;

/// Writes it below `location`. The metadata file. `files` is a multiple of `manifests`.
Result<std::string> MakePlannedFiles(storage::ObjectStore& store,
                                     const std::string& location,
                                     int64_t files,
                                     int64_t manifests);

}  // namespace firn::bench
