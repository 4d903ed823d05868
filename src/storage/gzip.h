// Gzip for metadata files: tables with `write.metadata.compression-codec=gzip` store theirs as
// `....gz.metadata.json` (Java, and before 1.0 `.metadata.json.gz`).
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::storage {

/// True where the name of a metadata file says that it is compressed.
bool IsGzipMetadataName(std::string_view location);

/// All members of a gzip file, inflated. Errors: kInvalidMetadata for anything else,
/// kPayloadTooLarge above `max_bytes`; memory stays within a small multiple of the result.
Result<std::string> GzipDecompress(std::string_view bytes, int64_t max_bytes);

std::string GzipCompress(std::string_view bytes);

/// The JSON text of a metadata file: `bytes` as read from `location`, inflated where name or first
/// bytes say that they are gzip. Errors: as GzipDecompress, naming the file.
Result<std::string> MetadataText(std::string_view location, std::string bytes, int64_t max_bytes);

}  // namespace firn::storage
