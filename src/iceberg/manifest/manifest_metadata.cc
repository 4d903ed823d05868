#include "iceberg/manifest/manifest_metadata.h"

#include <charconv>

#include "iceberg/manifest/avro/file_reader.h"
#include "iceberg/manifest/read_metadata_internal.h"

namespace firn::iceberg {
namespace {

/// A number in the file's metadata, where all values are texts.
std::optional<int32_t> ToInt32(std::optional<std::string_view> text) {
  int32_t value = 0;
  if (!text.has_value()) {
    return std::nullopt;
  }
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  return error == std::errc() && end == text->data() + text->size() ? std::optional(value)
                                                                    : std::nullopt;
}

}  // namespace

ManifestMetadata MetadataOf(const avro::FileReader& file) {
  ManifestMetadata metadata;
  metadata.schema = file.Metadata("schema").value_or("");
  metadata.partition_spec = file.Metadata("partition-spec").value_or("");
  if (auto id = ToInt32(file.Metadata("schema-id")); id.has_value()) {
    metadata.schema_id = SchemaId(*id);
  }
  if (auto id = ToInt32(file.Metadata("partition-spec-id")); id.has_value()) {
    metadata.partition_spec_id = SpecId(*id);
  }
  metadata.format_version = ToInt32(file.Metadata("format-version")).value_or(1);
  if (auto content = file.Metadata("content"); content.has_value()) {
    metadata.content = *content == "deletes" ? ManifestContent::kDeletes : ManifestContent::kData;
  }
  return metadata;
}

Result<ManifestMetadata> ReadManifestMetadata(std::string_view bytes, std::string_view path) {
  ASSIGN_OR_RETURN(avro::FileReader file, avro::FileReader::Open(bytes, std::string(path)));
  return MetadataOf(file);
}

Result<ManifestFile> EmbeddedManifest(std::string_view bytes,
                                      std::string_view path,
                                      SnapshotId snapshot) {
  ASSIGN_OR_RETURN(ManifestMetadata header, ReadManifestMetadata(bytes, path));
  ManifestFile manifest;
  manifest.path = path;
  manifest.length_bytes = static_cast<int64_t>(bytes.size());
  manifest.spec_id = header.partition_spec_id.value_or(SpecId(0));
  manifest.added_snapshot_id = snapshot;
  return manifest;
}

}  // namespace firn::iceberg
