#include "iceberg/manifest/manifest_reader.h"

#include "iceberg/manifest/manifest_decoder.h"

namespace firn::iceberg {

Result<std::vector<ManifestEntry>> ReadManifest(std::string_view bytes,
                                                const ManifestFile& manifest,
                                                size_t max_entries) {
  ASSIGN_OR_RETURN(auto columns, DecodeManifest(bytes, manifest,
                                                {.projection = MetricsProjection::All(),
                                                 .max_entries = max_entries,
                                                 .max_memory_bytes = kMaxDecodeMemoryBytes}));
  std::vector<ManifestEntry> entries;
  entries.reserve(columns->size());
  for (size_t row = 0; row < columns->size(); ++row) {
    entries.push_back(columns->EntryAt(row));
  }
  return entries;
}

}  // namespace firn::iceberg
