// Reads a whole manifest into structs, for what handles few entries or all of each: merging and
// rewriting manifests. Plans evaluate columns instead (manifest_decoder.h).
//
// Errors: those of DecodeManifest. Thread-safety: pure function.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/manifest_file.h"

namespace firn::iceberg {

/// Every field of every entry, in the file's order, with what they inherit filled in. Arguments as
/// for DecodeManifest; kPayloadTooLarge above `max_entries`.
Result<std::vector<ManifestEntry>> ReadManifest(std::string_view bytes,
                                                const ManifestFile& manifest,
                                                size_t max_entries = 5'000'000);

}  // namespace firn::iceberg
