// OwnedFiles: the files of a table that a purge deletes, found by walking its metadata (log,
// snapshots, manifest lists, manifests), never by listing a folder. What lies outside the table's
// location, and for metadata outside `write.metadata.path` too, may be anybody's and is left; so
// are data files where the property `gc.enabled` is false. As the server's purge
// (docs/decisions/0016-what-a-purge-owns.md), but for what other tables use: the catalog looks at
// that before it drops the table.
//
// Thread-safety: any thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"
#include "storage/object_store.h"

namespace firn::catalog::pointer {

/// Files before what names them, the current metadata file last. A file that is gone names nothing.
/// Errors: kInvalidMetadata for a broken manifest or list, kUnavailable, kIoError and the like:
/// what it names is not known, so nothing should be deleted.
Result<std::vector<std::string>> OwnedFiles(storage::ObjectStore& files,
                                            const iceberg::TableMetadata& metadata,
                                            const std::string& metadata_location);

/// Deletes them, and the folders at and below `location` that are empty then. What cannot be
/// deleted stays.
void DeleteOwned(storage::ObjectStore& files,
                 const std::vector<std::string>& owned,
                 const std::string& location);

}  // namespace firn::catalog::pointer
