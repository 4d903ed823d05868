#include "table/write/matched_rows.h"

#include <algorithm>
#include <utility>

#include <arrow/array.h>

#include "base/thread_pool.h"
#include "columnar/kernels/field_path.h"
#include "columnar/schema/metadata_columns.h"
#include "table/scan/reader_input.h"

namespace firn::table {
namespace {

/// Sets to 0 what has one of the keys.
Status ClearKeys(const columnar::EqualityDeleteSet& keys,
                 const arrow::RecordBatch& batch,
                 std::span<uint8_t> mask) {
  arrow::ArrayVector columns;
  for (iceberg::FieldId id : keys.fields()) {
    ASSIGN_OR_RETURN(auto column,
                     columnar::ColumnAt(batch, columnar::PathTo(batch.schema()->fields(), id)));
    columns.push_back(std::move(column));
  }
  keys.Clear(columns, mask);
  return {};
}

}  // namespace

MatchedRows::MatchedRows(const ScanContext& context, const Table& table, const ScanPlan& plan)
    : plan_(plan),
      context_{*table.files, context.pool, context.read},
      readers_(std::max<size_t>(context.readers, 1)),
      deletes_(std::make_unique<columnar::DeleteCache>(context_, context.delete_bytes)) {}

Result<MatchedRows> MatchedRows::Find(const ScanContext& context,
                                      const Table& table,
                                      const ScanPlan& plan,
                                      const RowCriteria& criteria) {
  MatchedRows found(context, table, plan);
  std::vector<iceberg::NestedField> columns{columnar::MetadataColumn(columnar::kPosColumn)};
  if (criteria.keys) {
    columns.insert(columns.end(), criteria.keys->columns.begin(), criteria.keys->columns.end());
  }
  ASSIGN_OR_RETURN(found.request_, MakeReadRequest(plan, std::move(columns)));
  ASSIGN_OR_RETURN(std::vector<MatchedFile> files, found.Plan(criteria.whole.get()));
  RETURN_IF_ERROR(ParallelFor(context.pool, files.size(), found.readers_, [&](size_t i) -> Status {
    return files[i].all ? Status() : found.FindRows(files[i], criteria);
  }));
  std::erase_if(files, [](const MatchedFile& file) { return !file.all && file.rows.empty(); });
  found.files_ = std::move(files);
  return found;
}

Result<std::vector<MatchedFile>> MatchedRows::Plan(const FileMatcher* whole) const {
  std::vector<MatchedFile> files;
  auto visit = [&](ManifestTasks planned) -> Status {
    auto tasks = std::make_shared<const ManifestTasks>(std::move(planned));
    for (size_t task = 0; task < tasks->files.size(); ++task) {
      ScanFile file{.tasks = tasks, .task = task};
      const iceberg::ManifestColumns& manifest = *tasks->manifest;
      FileMatch match = FileMatch::kMaybe;
      if (whole != nullptr) {
        ASSIGN_OR_RETURN(match,
                         whole->Match(manifest.EntryAt(file.file().row).file, manifest.spec_id));
      }
      if (match == FileMatch::kNone) {
        continue;
      }
      ASSIGN_OR_RETURN(columnar::FileToRead read, FileToReadOf(plan_, file));
      files.push_back({.file = std::move(file),
                       .read = std::move(read),
                       .all = match == FileMatch::kAll,
                       .rows = {}});
    }
    return {};
  };
  RETURN_IF_ERROR(plan_.ForEachManifest(0, plan_.manifest_count(), {}, visit));
  return files;
}

Status MatchedRows::FindRows(MatchedFile& file, const RowCriteria& criteria) const {
  ASSIGN_OR_RETURN(columnar::FileDeletes deletes, DeletesOf(file.file));
  const FileTask& task = file.file.file();
  const bool has_deletes = !deletes.empty();
  const iceberg::BoundExpression residual = plan_.ResidualOf(*file.file.tasks, task);
  ASSIGN_OR_RETURN(auto reader, columnar::DataFileReader::Open(context_, request_, file.read,
                                                               residual, std::move(deletes)));
  while (true) {
    ASSIGN_OR_RETURN(auto batch, reader->Next());
    if (batch == nullptr) {
      break;
    }
    // What stays in the file keeps its 1.
    std::vector<uint8_t> kept(static_cast<size_t>(batch->num_rows()), criteria.keys ? 1 : 0);
    if (criteria.keys) {
      RETURN_IF_ERROR(ClearKeys(*criteria.keys->keys, *batch, kept));
    }
    const auto& positions = static_cast<const arrow::Int64Array&>(*batch->column(0));
    for (int64_t row = 0; row < positions.length(); ++row) {
      if (kept[static_cast<size_t>(row)] == 0) {
        RETURN_IF_ERROR(file.rows.Add(positions.Value(row)));
      }
    }
  }
  file.all = !has_deletes && file.rows.cardinality() > 0 &&
             file.rows.cardinality() == file.file.tasks->manifest->record_counts[task.row];
  return {};
}

Result<columnar::FileDeletes> MatchedRows::DeletesOf(const ScanFile& file) const {
  if (file.file().deletes.empty()) {
    return columnar::FileDeletes();
  }
  const std::string path(file.tasks->manifest->paths[file.file().row]);
  return deletes_->Load(request_, path, DeleteFilesOf(plan_, file));
}

Result<iceberg::DeletionVector> MatchedRows::DeletedWith(const MatchedFile& file) const {
  ASSIGN_OR_RETURN(columnar::FileDeletes deletes, DeletesOf(file.file));
  iceberg::DeletionVector all;
  RETURN_IF_ERROR(all.Merge(file.rows));
  if (deletes.positions != nullptr) {
    RETURN_IF_ERROR(deletes.positions->AddTo(all));
  }
  return all;
}

Result<std::unique_ptr<columnar::DataFileReader>> MatchedRows::OpenRest(
    const MatchedFile& file, const std::vector<iceberg::NestedField>& columns) const {
  ASSIGN_OR_RETURN(columnar::FileDeletes deletes, DeletesOf(file.file));
  ASSIGN_OR_RETURN(iceberg::DeletionVector gone, DeletedWith(file));
  deletes.positions =
      std::make_shared<const columnar::DeletedPositions>(columnar::DeletedPositions::FromVector(
          std::make_shared<const iceberg::DeletionVector>(std::move(gone))));
  columnar::ReadRequest request = request_;
  request.columns = columns;
  return columnar::DataFileReader::Open(context_, request, file.read,
                                        iceberg::BoundExpression::True(), std::move(deletes));
}

SnapshotScan ScanOfBranch(const iceberg::TableMetadata& table, const std::string& branch) {
  return table.FindRef(branch) == nullptr ? SnapshotScan() : SnapshotScan{RefName{branch}};
}

}  // namespace firn::table
