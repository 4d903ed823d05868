// Walks the files below a local folder in byte order, a page at a time. Holds the names of the
// folders on the current path; links are not followed, unfinished writes are not shown.
#pragma once

#include <string_view>

#include <sys/stat.h>

#include "base/result.h"
#include "storage/local_roots_internal.h"
#include "storage/object_store.h"

namespace firn::storage {

/// Names of files that a Write has not finished (or never will, after a crash) begin so.
inline constexpr std::string_view kTemporaryPrefix = ".firn-";

FileStat ToFileStat(const struct stat& status);

Result<ListPage> ListLocalFiles(const LocalRoots& roots,
                                const LocalPlace& place,
                                const ListOptions& options);

}  // namespace firn::storage
