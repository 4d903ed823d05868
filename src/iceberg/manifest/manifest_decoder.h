// Decodes a whole manifest of any format version and writer into columns.
//
// Errors: kInvalidMetadata where the file is corrupt, naming it and the byte offset; kUnsupported
// where it is encrypted or its codec is unknown; kPayloadTooLarge above a limit.
// Thread-safety: pure functions.
//
//   ASSIGN_OR_RETURN(auto columns, DecodeManifest(bytes, manifest, {.projection = filter_fields}));
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "iceberg/manifest/manifest_columns.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/manifest/metrics_projection.h"

namespace firn::iceberg {

/// Columns address their buffers by 32 bits.
inline constexpr size_t kMaxDecodeMemoryBytes = size_t{3} << 30;

struct DecodeOptions {
  MetricsProjection projection;
  size_t max_entries = 5'000'000;
  /// Of the columns made; more than kMaxDecodeMemoryBytes counts as that.
  size_t max_memory_bytes = size_t{1} << 30;
};

/// `bytes` is the whole file, needed no longer afterwards; `manifest` its row in the list. For a
/// manifest that no list names (v1 tables may embed paths in their snapshots) fill in path and
/// snapshot id.
Result<std::shared_ptr<const ManifestColumns>> DecodeManifest(std::string_view bytes,
                                                              const ManifestFile& manifest,
                                                              const DecodeOptions& options);

}  // namespace firn::iceberg
