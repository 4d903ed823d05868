// Files of statistics that metadata points at: Puffin files with blobs, and partition statistics.
// Specification: "Table Statistics" and "Partition Statistics".
//
// Errors: kInvalidArgument. Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "iceberg/schema/ids.h"

namespace firn::iceberg {

struct BlobMetadata {
  std::string type;
  SnapshotId snapshot_id;
  SequenceNumber sequence_number;
  std::vector<FieldId> fields;
  std::map<std::string, std::string> properties;

  friend bool operator==(const BlobMetadata&, const BlobMetadata&) = default;
};

struct StatisticsFile {
  SnapshotId snapshot_id;
  std::string path;
  int64_t file_size_bytes = 0;
  int64_t file_footer_size_bytes = 0;
  std::vector<BlobMetadata> blobs;

  friend bool operator==(const StatisticsFile&, const StatisticsFile&) = default;
};

struct PartitionStatisticsFile {
  SnapshotId snapshot_id;
  std::string path;
  int64_t file_size_bytes = 0;

  friend bool operator==(const PartitionStatisticsFile&, const PartitionStatisticsFile&) = default;
};

Result<StatisticsFile> ParseStatisticsFile(json::Element element);
Result<PartitionStatisticsFile> ParsePartitionStatisticsFile(json::Element element);
void AppendStatisticsFile(const StatisticsFile& file, JsonWriter& out);
void AppendPartitionStatisticsFile(const PartitionStatisticsFile& file, JsonWriter& out);

}  // namespace firn::iceberg
