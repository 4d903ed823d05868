// The header of a manifest that is open already.
#pragma once

#include "iceberg/manifest/avro/file_reader.h"
#include "iceberg/manifest/manifest_metadata.h"

namespace firn::iceberg {

ManifestMetadata MetadataOf(const avro::FileReader& file);

}  // namespace firn::iceberg
