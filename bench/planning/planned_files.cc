#include "planned_files.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/json_reader.h"
#include "iceberg/manifest/writer/manifest_list_writer.h"
#include "iceberg/manifest/writer/manifest_writer.h"
#include "iceberg/metadata/apply_updates.h"
#include "iceberg/metadata/new_table.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "iceberg/schema/literal_binary.h"
#include "iceberg/schema/partition_spec_json.h"
#include "iceberg/schema/schema_json.h"

namespace firn::bench {
namespace {

using iceberg::DataFile;
using iceberg::FieldId;
using iceberg::Literal;

constexpr TimestampMs kCreated{1'700'000'000'000};
constexpr iceberg::SnapshotId kSnapshot{1};
constexpr FieldId kDayPartition{1000};
constexpr int kDoubles = 8;

constexpr std::string_view kSchema = R"({"type":"struct","fields":[
  {"id":1,"name":"id","required":true,"type":"long"},
  {"id":2,"name":"day","required":true,"type":"date"},
  {"id":3,"name":"name","required":false,"type":"string"},
  {"id":4,"name":"at","required":false,"type":"timestamptz"},
  {"id":5,"name":"d0","required":false,"type":"double"},
  {"id":6,"name":"d1","required":false,"type":"double"},
  {"id":7,"name":"d2","required":false,"type":"double"},
  {"id":8,"name":"d3","required":false,"type":"double"},
  {"id":9,"name":"d4","required":false,"type":"double"},
  {"id":10,"name":"d5","required":false,"type":"double"},
  {"id":11,"name":"d6","required":false,"type":"double"},
  {"id":12,"name":"d7","required":false,"type":"double"}]})";
constexpr std::string_view kSpec =
    R"({"fields":[{"name":"day","transform":"identity","source-id":2}]})";

void SetBounds(DataFile& file, FieldId field, const Literal& low, const Literal& high) {
  file.column_sizes.emplace_back(field, 4'000 + field.value());
  file.value_counts.emplace_back(field, kRowsOfFile);
  file.null_value_counts.emplace_back(field, field.value() % 3);
  file.lower_bounds.emplace_back(field, iceberg::EncodeLiteral(low));
  file.upper_bounds.emplace_back(field, iceberg::EncodeLiteral(high));
}

DataFile FileOf(const std::string& location, int64_t number) {
  const auto day = static_cast<int32_t>(kFirstDay + number / kFilesOfDay);
  const int64_t low = number % kFilesOfDay * kRowsOfFile;
  const int64_t high = low + kRowsOfFile - 1;
  const int64_t at = int64_t{day} * 86'400'000'000;
  DataFile file;
  file.path = fmt::format("{}/data/day={}/{:08}-{:016x}.parquet", location, day, number,
                          static_cast<uint64_t>(number) * 0x9E3779B97F4A7C15U);
  file.format = iceberg::FileFormat::kParquet;
  file.partition.fields.emplace_back(kDayPartition, Literal(day));
  file.record_count = kRowsOfFile;
  file.file_size_bytes = 100'000 + number % 10'007;
  file.split_offsets = {4};
  SetBounds(file, FieldId(1), Literal(low), Literal(high));
  SetBounds(file, FieldId(2), Literal(day), Literal(day));
  SetBounds(file, FieldId(3), Literal(fmt::format("name-{:07}", low)),
            Literal(fmt::format("name-{:07}", high)));
  SetBounds(file, FieldId(4), Literal(at + low), Literal(at + high));
  for (int i = 0; i < kDoubles; ++i) {
    const double base = static_cast<double>(number * (i + 1) % 9'973) / 7;
    SetBounds(file, FieldId(5 + i), Literal(-base), Literal(base + 1));
    file.nan_value_counts.emplace_back(5 + i, 0);
  }
  return file;
}

Result<iceberg::TableMetadataPtr> EmptyTable(const std::string& location) {
  iceberg::CreateTableSpec spec;
  ASSIGN_OR_RETURN(json::Document schema, json::Document::Parse(kSchema));
  ASSIGN_OR_RETURN(spec.schema, iceberg::ParseSchema(schema.root()));
  ASSIGN_OR_RETURN(json::Document partitions, json::Document::Parse(kSpec));
  ASSIGN_OR_RETURN(spec.spec, iceberg::ParsePartitionSpec(partitions.root()));
  spec.location = location;
  spec.uuid = Uuid::Random();
  return iceberg::NewTableMetadata(spec, kCreated);
}

Result<iceberg::ManifestFile> WriteManifest(storage::ObjectStore& store,
                                            const iceberg::TableMetadata& table,
                                            int64_t first,
                                            int64_t end) {
  ASSIGN_OR_RETURN(auto writer,
                   iceberg::ManifestWriter::Make({.format_version = table.format_version,
                                                  .content = iceberg::ManifestContent::kData,
                                                  .schema = table.current_schema(),
                                                  .spec = table.default_spec(),
                                                  .snapshot_id = kSnapshot,
                                                  .compression = {}}));
  for (int64_t number = first; number < end; ++number) {
    RETURN_IF_ERROR(writer.Add(FileOf(table.location, number)));
  }
  ASSIGN_OR_RETURN(auto written, std::move(writer).Finish());
  written.row.path = fmt::format("{}/metadata/{:08}-m0.avro", table.location, first);
  RETURN_IF_ERROR(store.Write(written.row.path, written.bytes, storage::WriteMode::kCreateNew));
  return written.row;
}

}  // namespace

Result<std::string> MakePlannedFiles(storage::ObjectStore& store,
                                     const std::string& location,
                                     int64_t files,
                                     int64_t manifests) {
  if (manifests < 1 || files < manifests || files % manifests != 0) {
    return Error(ErrorCode::kInvalidArgument, "The files are no multiple of the manifests");
  }
  ASSIGN_OR_RETURN(iceberg::TableMetadataPtr table, EmptyTable(location));
  const int64_t step = files / manifests;
  std::vector<iceberg::ManifestFile> rows;
  for (int64_t first = 0; first < files; first += step) {
    ASSIGN_OR_RETURN(auto row, WriteManifest(store, *table, first, first + step));
    rows.push_back(std::move(row));
  }
  iceberg::Snapshot snapshot;
  snapshot.id = kSnapshot;
  snapshot.sequence_number = table->next_sequence_number();
  snapshot.timestamp = kCreated;
  snapshot.operation = "append";
  snapshot.schema_id = table->current_schema_id;
  snapshot.manifest_list = location + "/metadata/snap-1.avro";
  ASSIGN_OR_RETURN(auto list,
                   iceberg::WriteManifestList(rows, {.format_version = table->format_version,
                                                     .snapshot_id = snapshot.id,
                                                     .sequence_number = snapshot.sequence_number,
                                                     .compression = {}}));
  RETURN_IF_ERROR(store.Write(snapshot.manifest_list, list.bytes, storage::WriteMode::kCreateNew));
  iceberg::SetSnapshotRef set{std::string(iceberg::kMainBranch), {}};
  set.ref.snapshot_id = snapshot.id;
  std::vector<iceberg::TableUpdate> updates = {
      iceberg::AddSnapshot{std::make_shared<const iceberg::Snapshot>(std::move(snapshot))}, set};
  ASSIGN_OR_RETURN(table, iceberg::ApplyUpdates(table, updates, {.now = kCreated}));
  std::string metadata = fmt::format("{}/metadata/00000-{}.metadata.json", location, table->uuid);
  RETURN_IF_ERROR(
      store.Write(metadata, iceberg::PrintTableMetadata(*table), storage::WriteMode::kCreateNew));
  return metadata;
}

}  // namespace firn::bench
