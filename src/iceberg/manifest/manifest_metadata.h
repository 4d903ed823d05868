// ManifestMetadata: what a manifest says of itself in its Avro header. Source: Iceberg
// specification, "Manifests".
//
// Errors: as manifest_decoder.h. Thread-safety: plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/schema/ids.h"

namespace firn::iceberg {

/// Texts as they are in the file; what a number should be and is not is absent.
struct ManifestMetadata {
  /// JSON of the table schema at the time of writing.
  std::string schema;
  std::optional<SchemaId> schema_id;
  /// JSON of the spec's field array.
  std::string partition_spec;
  std::optional<SpecId> partition_spec_id;
  FormatVersion format_version = 1;
  /// nullopt in v1.
  std::optional<ManifestContent> content;
};

/// Reads only the header. `bytes` is the file or its beginning, `path` its location, for messages.
Result<ManifestMetadata> ReadManifestMetadata(std::string_view bytes, std::string_view path);

/// What a manifest list would say of a manifest that a snapshot names itself, as those of version 1
/// may: place and spec. How many files and rows it has stays unknown.
Result<ManifestFile> EmbeddedManifest(std::string_view bytes,
                                      std::string_view path,
                                      SnapshotId snapshot);

}  // namespace firn::iceberg
