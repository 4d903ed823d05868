#include "table/write/table_writer.h"

#include "base/uuid.h"
#include "columnar/write/write_properties.h"
#include "storage/location.h"
#include "table/commit/commit_action.h"
#include "table/commit/operations.h"
#include "table/commit/snapshot_action.h"
#include "table/write/row_matcher.h"

namespace firn::table {
namespace {

constexpr std::string_view kDataPathProperty = "write.data.path";

std::vector<iceberg::FieldId> SortedColumns(const iceberg::SortOrder& order) {
  std::vector<iceberg::FieldId> columns;
  for (const auto& field : order.fields) {
    columns.push_back(field.source_id);
  }
  return columns;
}

/// The head of the branch that is written to; nullopt where it has none.
std::optional<iceberg::SnapshotId> HeadOf(const iceberg::TableMetadata& table,
                                          const std::string& branch) {
  const iceberg::SnapshotRef* ref = table.FindRef(branch);
  return ref == nullptr ? table.current_snapshot_id : std::optional(ref->snapshot_id);
}

}  // namespace

std::string DataFolderOf(const iceberg::TableMetadata& table) {
  if (auto folder = table.FindProperty(kDataPathProperty); folder && !folder->empty()) {
    return std::string(folder->substr(0, folder->find_last_not_of('/') + 1));
  }
  return storage::JoinLocation(table.location, "data");
}

Result<std::unique_ptr<TableWriter>> TableWriter::Make(TableStore& catalog,
                                                       const Table& table,
                                                       const arrow::Schema& input,
                                                       const CommitTools& tools,
                                                       TableWriteOptions options) {
  const iceberg::TableMetadata& metadata = *table.metadata;
  columnar::TableWriteRequest request{.schema = metadata.current_schema(),
                                      .spec = metadata.default_spec(),
                                      .sort_order = metadata.default_sort_order(),
                                      .properties = {},
                                      .target = {.store = *table.files,
                                                 .folder = DataFolderOf(metadata),
                                                 .prefix = Uuid::Random().ToString()},
                                      .limits = options.limits};
  ASSIGN_OR_RETURN(request.properties,
                   columnar::ReadWriteProperties(*metadata.properties, request.schema,
                                                 SortedColumns(request.sort_order)));
  std::unique_ptr<TableWriter> writer(new TableWriter(catalog, table, tools, std::move(options)));
  ASSIGN_OR_RETURN(writer->writer_, columnar::TableFileWriter::Make(request, input));
  return writer;
}

Status TableWriter::Write(const arrow::RecordBatch& batch) { return writer_->Write(batch); }

Result<std::vector<AddedFile>> TableWriter::Finish() {
  ASSIGN_OR_RETURN(std::vector<iceberg::DataFile> files, writer_->Finish());
  std::vector<AddedFile> added;
  for (iceberg::DataFile& file : files) {
    added.push_back({std::move(file), table_.metadata->default_spec().id, std::nullopt});
  }
  return added;
}

Result<Table> TableWriter::Commit(SnapshotChange change) {
  std::vector<std::string> paths;
  for (const AddedFile& added : change.added) {
    paths.push_back(added.file.path);
  }
  change.merging = options_.merging;
  change.summary = options_.summary;
  SnapshotAction action(table_, std::move(change), options_.target, tools_);
  return CommitAction(catalog_, table_, action, tools_, {.files_of_caller = paths});
}

Result<Table> TableWriter::Append() {
  ASSIGN_OR_RETURN(std::vector<AddedFile> added, Finish());
  if (added.empty()) {
    return table_;
  }
  return Commit(table::Append(std::move(added), options_.merging));
}

Result<Table> TableWriter::OverwriteMatching(const iceberg::Expression& filter,
                                             iceberg::NameCase names) {
  ASSIGN_OR_RETURN(iceberg::BoundExpression bound,
                   iceberg::Bind(filter, table_.metadata->current_schema(), names));
  FileMatcherPtr matcher = MatchRows(*table_.metadata, bound);
  ASSIGN_OR_RETURN(std::vector<AddedFile> added, Finish());
  const ReadState read{.snapshot = HeadOf(*table_.metadata, options_.target.branch),
                       .filter = matcher};
  return Commit(table::OverwriteMatching(std::move(added), matcher, read));
}

Result<Table> TableWriter::ReplacePartitions() {
  ASSIGN_OR_RETURN(std::vector<AddedFile> added, Finish());
  const ReadState read{.snapshot = HeadOf(*table_.metadata, options_.target.branch)};
  return Commit(table::ReplacePartitions(std::move(added), read));
}

}  // namespace firn::table
