// Reads manifest lists of any format version and writer.
//
// Errors: kInvalidMetadata where the file is corrupt, naming it and the byte offset; kUnsupported
// where it is encrypted. Thread-safety: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_file.h"

namespace firn::iceberg {

/// A list holds at most so many manifests.
inline constexpr size_t kMaxManifests = 1'000'000;

/// `bytes` is the whole file, `path` its location, for messages.
Result<std::vector<ManifestFile>> ReadManifestList(std::string_view bytes, std::string_view path);

}  // namespace firn::iceberg
