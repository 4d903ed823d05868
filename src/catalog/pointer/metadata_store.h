// Metadata files of a pointer catalog's tables and views: read, and for tables written before a
// pointer moves.
//
// Errors: kNotFound where the file is gone; kInvalidMetadata where it is corrupt; of writing
// kUnavailable, for nothing names the file yet; else those of the ObjectStore.
// Thread-safety: any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/view/view_metadata.h"
#include "storage/object_store.h"

namespace firn::catalog::pointer {

Result<iceberg::TableMetadataPtr> ReadMetadata(storage::ObjectStore& files,
                                               const std::string& location);
Result<iceberg::ViewMetadataPtr> ReadViewMetadata(storage::ObjectStore& files,
                                                  const std::string& location);

/// Writes the metadata to a new file beside `previous`, numbered after it (`previous` is empty for
/// a first one), where and how `write.metadata.path` and `write.metadata.compression-codec` say.
/// Returns its location, which no other attempt has.
Result<std::string> WriteMetadata(storage::ObjectStore& files,
                                  const iceberg::TableMetadata& metadata,
                                  std::string_view previous);

/// Deletes the files that `after`'s log no longer names, where `after` wants that. What cannot be
/// deleted stays: the commit has happened.
void DeleteOldMetadata(storage::ObjectStore& files,
                       const iceberg::TableMetadata& before,
                       const iceberg::TableMetadata& after);

}  // namespace firn::catalog::pointer
