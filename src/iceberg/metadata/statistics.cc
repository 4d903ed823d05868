#include "iceberg/metadata/statistics.h"

#include <utility>

#include <fmt/format.h>

#include "iceberg/metadata/string_map_internal.h"

namespace firn::iceberg {
namespace {

Result<BlobMetadata> ParseBlob(json::Element element) {
  ASSIGN_OR_RETURN(json::Object object, json::AsObject(element, "blob-metadata"));
  BlobMetadata blob;
  ASSIGN_OR_RETURN(blob.type, json::GetString(object, "type"));
  ASSIGN_OR_RETURN(int64_t snapshot_id, json::GetInt64(object, "snapshot-id"));
  blob.snapshot_id = SnapshotId(snapshot_id);
  ASSIGN_OR_RETURN(int64_t sequence_number, json::GetInt64(object, "sequence-number"));
  blob.sequence_number = SequenceNumber(sequence_number);
  ASSIGN_OR_RETURN(auto fields, json::GetInt32List(object, "fields"));
  for (int32_t field : fields) {
    blob.fields.emplace_back(field);
  }
  ASSIGN_OR_RETURN(blob.properties, json::FindStringMap(object, "properties"));
  return blob;
}

void AppendBlob(const BlobMetadata& blob, JsonWriter& out) {
  out.BeginObject()
      .Field("type", blob.type)
      .Field("snapshot-id", blob.snapshot_id.value())
      .Field("sequence-number", blob.sequence_number.value())
      .Key("fields")
      .BeginArray();
  for (FieldId field : blob.fields) {
    out.Int(field.value());
  }
  out.EndArray();
  if (!blob.properties.empty()) {
    out.Key("properties");
    AppendStringMap(blob.properties, out);
  }
  out.EndObject();
}

}  // namespace

Result<StatisticsFile> ParseStatisticsFile(json::Element element) {
  ASSIGN_OR_RETURN(json::Object object, json::AsObject(element, "statistics"));
  StatisticsFile file;
  ASSIGN_OR_RETURN(int64_t snapshot_id, json::GetInt64(object, "snapshot-id"));
  file.snapshot_id = SnapshotId(snapshot_id);
  ASSIGN_OR_RETURN(file.path, json::GetString(object, "statistics-path"));
  ASSIGN_OR_RETURN(file.file_size_bytes, json::GetInt64(object, "file-size-in-bytes"));
  ASSIGN_OR_RETURN(file.file_footer_size_bytes,
                   json::GetInt64(object, "file-footer-size-in-bytes"));
  ASSIGN_OR_RETURN(json::Array blobs, json::GetArray(object, "blob-metadata"));
  for (json::Element item : blobs) {
    ASSIGN_OR_RETURN(BlobMetadata blob, ParseBlob(item));
    file.blobs.push_back(std::move(blob));
  }
  return file;
}

Result<PartitionStatisticsFile> ParsePartitionStatisticsFile(json::Element element) {
  ASSIGN_OR_RETURN(json::Object object, json::AsObject(element, "partition-statistics"));
  PartitionStatisticsFile file;
  ASSIGN_OR_RETURN(int64_t snapshot_id, json::GetInt64(object, "snapshot-id"));
  file.snapshot_id = SnapshotId(snapshot_id);
  ASSIGN_OR_RETURN(file.path, json::GetString(object, "statistics-path"));
  ASSIGN_OR_RETURN(file.file_size_bytes, json::GetInt64(object, "file-size-in-bytes"));
  return file;
}

void AppendStatisticsFile(const StatisticsFile& file, JsonWriter& out) {
  out.BeginObject()
      .Field("snapshot-id", file.snapshot_id.value())
      .Field("statistics-path", file.path)
      .Field("file-size-in-bytes", file.file_size_bytes)
      .Field("file-footer-size-in-bytes", file.file_footer_size_bytes)
      .Key("blob-metadata")
      .BeginArray();
  for (const BlobMetadata& blob : file.blobs) {
    AppendBlob(blob, out);
  }
  out.EndArray().EndObject();
}

void AppendPartitionStatisticsFile(const PartitionStatisticsFile& file, JsonWriter& out) {
  out.BeginObject()
      .Field("snapshot-id", file.snapshot_id.value())
      .Field("statistics-path", file.path)
      .Field("file-size-in-bytes", file.file_size_bytes)
      .EndObject();
}

}  // namespace firn::iceberg
