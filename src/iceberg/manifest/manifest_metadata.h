// ManifestMetadata: what a manifest says of itself in its Avro header. Source: Iceberg
// specification, "Manifests".
//
// Thread-safety: plain values.
#pragma once

#include <optional>
#include <string>

#include "iceberg/manifest/manifest_file.h"
#include "iceberg/schema/ids.h"

namespace firn::iceberg {

/// Texts as they are in the file.
struct ManifestMetadata {
  /// JSON of the table schema at the time of writing.
  std::string schema;
  std::optional<SchemaId> schema_id;
  /// JSON of the spec's field array.
  std::string partition_spec;
  std::optional<SpecId> partition_spec_id;
  FormatVersion format_version = 1;
  ManifestContent content = ManifestContent::kData;
};

}  // namespace firn::iceberg
