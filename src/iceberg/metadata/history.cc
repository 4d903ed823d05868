#include "iceberg/metadata/history.h"

namespace firn::iceberg {

Result<SnapshotLogEntry> ParseSnapshotLogEntry(json::Element element) {
  ASSIGN_OR_RETURN(json::Object object, json::AsObject(element, "snapshot-log"));
  ASSIGN_OR_RETURN(int64_t timestamp_ms, json::GetInt64(object, "timestamp-ms"));
  ASSIGN_OR_RETURN(int64_t snapshot_id, json::GetInt64(object, "snapshot-id"));
  return SnapshotLogEntry{TimestampMs(timestamp_ms), SnapshotId(snapshot_id)};
}

Result<MetadataLogEntry> ParseMetadataLogEntry(json::Element element) {
  ASSIGN_OR_RETURN(json::Object object, json::AsObject(element, "metadata-log"));
  ASSIGN_OR_RETURN(int64_t timestamp_ms, json::GetInt64(object, "timestamp-ms"));
  ASSIGN_OR_RETURN(std::string_view file, json::GetString(object, "metadata-file"));
  return MetadataLogEntry{TimestampMs(timestamp_ms), std::string(file)};
}

void AppendSnapshotLogEntry(const SnapshotLogEntry& entry, JsonWriter& out) {
  out.BeginObject()
      .Field("timestamp-ms", entry.timestamp.value())
      .Field("snapshot-id", entry.snapshot_id.value())
      .EndObject();
}

void AppendMetadataLogEntry(const MetadataLogEntry& entry, JsonWriter& out) {
  out.BeginObject()
      .Field("timestamp-ms", entry.timestamp.value())
      .Field("metadata-file", entry.metadata_file)
      .EndObject();
}

}  // namespace firn::iceberg
