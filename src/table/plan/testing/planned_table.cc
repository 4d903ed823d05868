#include "table/plan/testing/planned_table.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "iceberg/manifest/writer/manifest_list_writer.h"
#include "iceberg/manifest/writer/manifest_writer.h"
#include "iceberg/metadata/new_table.h"
#include "iceberg/metadata/testing/tables.h"
#include "iceberg/schema/literal_binary.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::table::testing {
namespace {

using iceberg::DataFile;
using iceberg::FieldId;
using iceberg::FileContent;
using iceberg::FileFormat;
using iceberg::Literal;
using iceberg::ManifestContent;
using iceberg::ManifestFile;

constexpr FieldId kIdField{1};
constexpr FieldId kDayPartition{1000};
constexpr int64_t kFileBytes = 1000;
constexpr int64_t kFileRows = 10;

template <class T>
T OrDie(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "bad table in a test: %s\n", result.error().Describe().c_str());
    std::abort();
  }
  return *std::move(result);
}

DataFile FileOf(std::string_view name, int32_t day, FileContent content) {
  DataFile file;
  file.content = content;
  file.path = fmt::format("s3://warehouse/t/data/{}", name);
  file.format = FileFormat::kParquet;
  file.partition.fields.emplace_back(kDayPartition, Literal(day));
  file.record_count = kFileRows;
  file.file_size_bytes = kFileBytes;
  return file;
}

void SetIds(DataFile& file, int64_t low, int64_t high) {
  file.value_counts = {{kIdField, kFileRows}};
  file.null_value_counts = {{kIdField, 0}};
  file.lower_bounds = {{kIdField, iceberg::EncodeLiteral(Literal(low))}};
  file.upper_bounds = {{kIdField, iceberg::EncodeLiteral(Literal(high))}};
}

iceberg::TableMetadataPtr EmptyTable(iceberg::FormatVersion version) {
  using iceberg::testing::SchemaOfFields;
  using iceberg::testing::SpecOf;
  iceberg::CreateTableSpec spec;
  spec.schema = SchemaOfFields(R"({"id":1,"name":"id","required":true,"type":"long"},
                                  {"id":2,"name":"day","required":false,"type":"date"},
                                  {"id":3,"name":"name","required":false,"type":"string"},
                                  {"id":4,"name":"key","required":false,"type":"uuid"})");
  spec.spec = SpecOf(R"({"fields":[{"name":"day","transform":"identity","source-id":2}]})");
  spec.location = "s3://warehouse/t";
  spec.properties = {{"format-version", std::to_string(version)}};
  spec.uuid = *Uuid::Parse("9c12d441-03fe-4693-9a96-a0705ddf69c1");
  return OrDie(iceberg::NewTableMetadata(spec, iceberg::testing::kCreated));
}

}  // namespace

DataFile DataFileOf(std::string_view name, int32_t day, int64_t low, int64_t high) {
  DataFile file = FileOf(name, day, FileContent::kData);
  SetIds(file, low, high);
  return file;
}

DataFile PositionDeletes(std::string_view name, int32_t day) {
  return FileOf(name, day, FileContent::kPositionDeletes);
}

DataFile EqualityDeletes(std::string_view name, int32_t day, int64_t low, int64_t high) {
  DataFile file = FileOf(name, day, FileContent::kEqualityDeletes);
  file.equality_ids = {kIdField};
  SetIds(file, low, high);
  return file;
}

DataFile DeletionVector(std::string_view name, int32_t day, std::string_view path) {
  DataFile file = FileOf(name, day, FileContent::kPositionDeletes);
  file.format = FileFormat::kPuffin;
  file.referenced_data_file = std::string(path);
  file.content_offset = 4;
  file.content_size_bytes = 40;
  return file;
}

PlannedTable::PlannedTable(iceberg::FormatVersion version) : metadata_(EmptyTable(version)) {}

std::string PlannedTable::Put(std::string_view name, std::string_view bytes) {
  std::string location = fmt::format("s3://warehouse/t/metadata/{}", name);
  if (Status put = store_.Write(location, bytes, storage::WriteMode::kCreateNew); !put) {
    std::abort();
  }
  return location;
}

ManifestFile PlannedTable::WriteManifest(ManifestContent content,
                                         const std::vector<DataFile>& files) {
  auto writer = OrDie(iceberg::ManifestWriter::Make({.format_version = metadata_->format_version,
                                                     .content = content,
                                                     .schema = metadata_->current_schema(),
                                                     .spec = metadata_->default_spec(),
                                                     .snapshot_id = iceberg::SnapshotId(next_),
                                                     .compression = {}}));
  for (const DataFile& file : files) {
    if (Status added = writer.Add(file); !added) {
      std::fprintf(stderr, "%s\n", added.error().Describe().c_str());
      std::abort();
    }
  }
  auto written = OrDie(std::move(writer).Finish());
  bool data = content == ManifestContent::kData;
  written.row.path =
      Put(fmt::format("{}-{}.avro", next_, data ? "data" : "deletes"), written.bytes);
  return written.row;
}

iceberg::SnapshotId PlannedTable::Commit(std::vector<DataFile> files, std::string_view operation) {
  std::vector<ManifestFile> manifests;
  if (const iceberg::Snapshot* current = metadata_->current_snapshot()) {
    manifests = *OrDie(cache_.List(store_, current->manifest_list));
  }
  auto is_data = [](const DataFile& file) { return file.content == FileContent::kData; };
  auto deletes = std::ranges::stable_partition(files, is_data);
  std::vector<DataFile> delete_files(deletes.begin(), deletes.end());
  files.erase(deletes.begin(), deletes.end());
  if (!files.empty()) {
    manifests.push_back(WriteManifest(ManifestContent::kData, files));
  }
  if (!delete_files.empty()) {
    manifests.push_back(WriteManifest(ManifestContent::kDeletes, delete_files));
  }
  return AddSnapshot(std::move(manifests), operation);
}

iceberg::SnapshotId PlannedTable::AddSnapshot(std::vector<ManifestFile> manifests,
                                              std::string_view operation) {
  iceberg::Snapshot snapshot = iceberg::testing::NextSnapshot(*metadata_, next_, next_);
  auto list =
      OrDie(iceberg::WriteManifestList(manifests, {.format_version = metadata_->format_version,
                                                   .snapshot_id = snapshot.id,
                                                   .parent_snapshot_id = snapshot.parent_id,
                                                   .sequence_number = snapshot.sequence_number,
                                                   .first_row_id = metadata_->next_row_id,
                                                   .compression = {}}));
  if (std::exchange(embeds_, false)) {
    snapshot.manifest_list.clear();
    for (const ManifestFile& manifest : manifests) {
      snapshot.manifests.push_back(manifest.path);
    }
  } else {
    snapshot.manifest_list = Put(fmt::format("snap-{}.avro", next_), list.bytes);
  }
  snapshot.operation = std::string(operation);
  metadata_ = iceberg::testing::MustApply(
      metadata_, iceberg::testing::AppendUpdates(snapshot, iceberg::kMainBranch),
      iceberg::testing::At(next_));
  return iceberg::SnapshotId(next_++);
}

void PlannedTable::ChangeSpec(std::string_view json) {
  metadata_ =
      iceberg::testing::MustApply(metadata_,
                                  {iceberg::AddSpec{iceberg::testing::SpecOf(json)},
                                   iceberg::SetDefaultSpec{iceberg::SpecId(iceberg::kLastAdded)}},
                                  iceberg::testing::At(next_++));
}

void PlannedTable::ChangeSchema(std::string_view fields) {
  metadata_ = iceberg::testing::MustApply(
      metadata_,
      {iceberg::AddSchema{iceberg::testing::SchemaOfFields(fields)},
       iceberg::SetCurrentSchema{iceberg::SchemaId(iceberg::kLastAdded)}},
      iceberg::testing::At(next_++));
}

void PlannedTable::Expire(iceberg::SnapshotId snapshot) {
  metadata_ = iceberg::testing::MustApply(metadata_, {iceberg::RemoveSnapshots{{snapshot}}},
                                          iceberg::testing::At(next_++));
}

Result<ScanPlan> PlannedTable::Plan(const ScanRequest& request) {
  return ScanPlan::Begin(context(), metadata_, request);
}

Result<std::vector<std::string>> PlannedTable::Files(const ScanRequest& request) {
  ASSIGN_OR_RETURN(ScanPlan plan, Plan(request));
  std::vector<std::string> lines;
  auto name = [](std::string_view path) { return path.substr(path.rfind('/') + 1); };
  RETURN_IF_ERROR(
      plan.ForEachManifest(0, plan.manifest_count(), {}, [&](ManifestTasks tasks) -> Status {
        for (const FileTask& file : tasks.files) {
          std::string line(name(tasks.manifest->paths[file.row]));
          const auto residual = plan.ResidualOf(tasks, file);
          if (!residual.is_true()) {
            line += fmt::format(" [{}]", iceberg::ToString(iceberg::Unbind(residual)));
          }
          for (uint32_t number : file.deletes) {
            line += fmt::format(" -{}", name(plan.deletes().files()[number].path()));
          }
          lines.push_back(std::move(line));
        }
        return {};
      }));
  return lines;
}

Result<std::vector<std::string>> PlannedTable::Files(std::string_view filter) {
  ASSIGN_OR_RETURN(iceberg::Expression expression, iceberg::ParseExpressionText(filter));
  ScanRequest request;
  request.filter = std::move(expression);
  return Files(request);
}

}  // namespace firn::table::testing
