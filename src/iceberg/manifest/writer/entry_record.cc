#include <array>
#include <string_view>
#include <utility>

#include "iceberg/manifest/writer/entry_record_internal.h"
#include "iceberg/manifest/writer/output_fields_internal.h"

namespace firn::iceberg {
namespace {

constexpr int32_t kPartitionId = 102;
constexpr int32_t kDataFileId = 2;

constexpr std::string_view kString = R"("string")";
constexpr std::string_view kBytes = R"("bytes")";

// Maps are arrays of pairs, because Avro's have text keys.
constexpr std::string_view kColumnSizes =
    R"({"type":"array","items":{"type":"record","name":"k117_v118","fields":[)"
    R"({"name":"key","type":"int","field-id":117},)"
    R"({"name":"value","type":"long","field-id":118}]},"logicalType":"map"})";
constexpr std::string_view kValueCounts =
    R"({"type":"array","items":{"type":"record","name":"k119_v120","fields":[)"
    R"({"name":"key","type":"int","field-id":119},)"
    R"({"name":"value","type":"long","field-id":120}]},"logicalType":"map"})";
constexpr std::string_view kNullValueCounts =
    R"({"type":"array","items":{"type":"record","name":"k121_v122","fields":[)"
    R"({"name":"key","type":"int","field-id":121},)"
    R"({"name":"value","type":"long","field-id":122}]},"logicalType":"map"})";
constexpr std::string_view kNanValueCounts =
    R"({"type":"array","items":{"type":"record","name":"k138_v139","fields":[)"
    R"({"name":"key","type":"int","field-id":138},)"
    R"({"name":"value","type":"long","field-id":139}]},"logicalType":"map"})";
constexpr std::string_view kLowerBounds =
    R"({"type":"array","items":{"type":"record","name":"k126_v127","fields":[)"
    R"({"name":"key","type":"int","field-id":126},)"
    R"({"name":"value","type":"bytes","field-id":127}]},"logicalType":"map"})";
constexpr std::string_view kUpperBounds =
    R"({"type":"array","items":{"type":"record","name":"k129_v130","fields":[)"
    R"({"name":"key","type":"int","field-id":129},)"
    R"({"name":"value","type":"bytes","field-id":130}]},"logicalType":"map"})";
constexpr std::string_view kSplitOffsets = R"({"type":"array","items":"long","element-id":133})";
constexpr std::string_view kEqualityIds = R"({"type":"array","items":"int","element-id":136})";

constexpr Presences kSnapshotId = {Presence::kRequired, Presence::kOptional, Presence::kOptional};
constexpr Presences kOnlyV1 = {Presence::kRequired, Presence::kAbsent, Presence::kAbsent};

constexpr std::array kHeadFields = {
    Output<&EntryHead::status>(0, "status", kInt, kRequired),
    Output<&EntryHead::snapshot_id>(1, "snapshot_id", kLong, kSnapshotId),
    Output<&EntryHead::sequence_number>(3, "sequence_number", kLong, kOptionalFromV2),
    Output<&EntryHead::file_sequence_number>(4, "file_sequence_number", kLong, kOptionalFromV2),
};

/// v1 wants a number that nobody reads; this is Java's.
constexpr OutputField<DataFile> kBlockSize = {
    .id = 105,
    .name = "block_size_in_bytes",
    .type = kLong,
    .presences = kOnlyV1,
    .has_value = [](const DataFile&) { return true; },
    .write = [](avro::Encoder& encoder, const DataFile&) { encoder.Varint(int64_t{64} << 20); }};

/// Its type and values are the spec's.
constexpr OutputField<DataFile> kPartition = {
    .id = kPartitionId, .name = "partition", .presences = kRequired};

constexpr std::array kFileFields = {
    Output<&DataFile::content>(134, "content", kInt, kRequiredFromV2),
    Output<&DataFile::path>(100, "file_path", kString, kRequired),
    Output<&DataFile::format>(101, "file_format", kString, kRequired),
    kPartition,
    Output<&DataFile::record_count>(103, "record_count", kLong, kRequired),
    Output<&DataFile::file_size_bytes>(104, "file_size_in_bytes", kLong, kRequired),
    kBlockSize,
    Output<&DataFile::column_sizes>(108, "column_sizes", kColumnSizes, kOptional),
    Output<&DataFile::value_counts>(109, "value_counts", kValueCounts, kOptional),
    Output<&DataFile::null_value_counts>(110, "null_value_counts", kNullValueCounts, kOptional),
    Output<&DataFile::nan_value_counts>(137, "nan_value_counts", kNanValueCounts, kOptional),
    Output<&DataFile::lower_bounds>(125, "lower_bounds", kLowerBounds, kOptional),
    Output<&DataFile::upper_bounds>(128, "upper_bounds", kUpperBounds, kOptional),
    Output<&DataFile::key_metadata>(131, "key_metadata", kBytes, kOptional),
    Output<&DataFile::split_offsets>(132, "split_offsets", kSplitOffsets, kOptional),
    Output<&DataFile::equality_ids>(135, "equality_ids", kEqualityIds, kOptionalFromV2),
    Output<&DataFile::sort_order_id>(140, "sort_order_id", kInt, kOptional),
    Output<&DataFile::first_row_id>(142, "first_row_id", kLong, kOptionalFromV3),
    Output<&DataFile::referenced_data_file>(143, "referenced_data_file", kString, kOptionalFromV2),
    Output<&DataFile::content_offset>(144, "content_offset", kLong, kOptionalFromV3),
    Output<&DataFile::content_size_bytes>(145, "content_size_in_bytes", kLong, kOptionalFromV3),
};

}  // namespace

std::string EntryRecord::SchemaText() const {
  auto fields = kFileFields;
  for (OutputField<DataFile>& field : fields) {
    if (field.id == kPartitionId) {
      field.type = partition_.schema_text();
    }
  }
  std::string file = RecordText<DataFile>("r2", fields, version_);
  std::string entry = RecordText<EntryHead>("manifest_entry", kHeadFields, version_);
  // The file is the last field.
  entry.resize(entry.size() - std::string_view("]}").size());
  return entry + "," + FieldText(kDataFileId, "data_file", file, Presence::kRequired) + "]}";
}

Status EntryRecord::Write(avro::Encoder& encoder,
                          const EntryHead& head,
                          const DataFile& file) const {
  for (const auto& field : kHeadFields) {
    RETURN_IF_ERROR(WriteField(encoder, field, head, version_));
  }
  for (const auto& field : kFileFields) {
    if (field.id == kPartitionId) {
      RETURN_IF_ERROR(partition_.Write(encoder, file.partition));
    } else {
      RETURN_IF_ERROR(WriteField(encoder, field, file, version_));
    }
  }
  return {};
}

}  // namespace firn::iceberg
