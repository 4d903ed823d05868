// The two logs of table metadata: which snapshot was current when, and which metadata files came
// before. Specification: "Table Metadata Fields", snapshot-log and metadata-log.
//
// Thread-safety: plain values.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "iceberg/schema/ids.h"

namespace firn::iceberg {

/// From `timestamp` on, the snapshot was the table's current one.
struct SnapshotLogEntry {
  TimestampMs timestamp;
  SnapshotId snapshot_id;

  friend bool operator==(const SnapshotLogEntry&, const SnapshotLogEntry&) = default;
};

/// A previous metadata file and its last-updated time.
struct MetadataLogEntry {
  TimestampMs timestamp;
  std::string metadata_file;

  friend bool operator==(const MetadataLogEntry&, const MetadataLogEntry&) = default;
};

Result<SnapshotLogEntry> ParseSnapshotLogEntry(json::Element element);
Result<MetadataLogEntry> ParseMetadataLogEntry(json::Element element);
void AppendSnapshotLogEntry(const SnapshotLogEntry& entry, JsonWriter& out);
void AppendMetadataLogEntry(const MetadataLogEntry& entry, JsonWriter& out);

}  // namespace firn::iceberg
