// StoredVersion: what an idempotency record keeps of a version of a table or view, so that a replay
// can be rendered from it. Written with the change, read by server/rest.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/service/metadata_cache.h"

namespace firn::service {

struct StoredVersion {
  std::string metadata_location;
  /// Empty in records of former servers: nobody can tell any more whose version it was.
  std::string uuid;
};

/// The uuid that the metadata of this table or view has.
const std::string& UuidOf(const MetadataEntry& entry);

/// The reference of the outcome whose answer is this version.
std::string ReferenceTo(const MetadataEntry& entry);

/// nullopt where the reference is to something else.
std::optional<StoredVersion> ParseReference(std::string_view reference);

}  // namespace firn::service
