#include "table/write/table_writer.h"

#include "table/commit/operations.h"
#include "table/write/row_matcher.h"
#include "table/write/writer_input.h"

namespace firn::table {

Result<std::unique_ptr<TableWriter>> TableWriter::Make(TableStore& catalog,
                                                       const Table& table,
                                                       const arrow::Schema& input,
                                                       const CommitTools& tools,
                                                       TableWriteOptions options) {
  ASSIGN_OR_RETURN(columnar::TableWriteRequest request, MakeWriteRequest(table, options.limits));
  request.pool = &tools.pool;
  std::unique_ptr<TableWriter> writer(new TableWriter(catalog, table, tools, std::move(options)));
  ASSIGN_OR_RETURN(writer->writer_, columnar::TableFileWriter::Make(request, input));
  return writer;
}

Status TableWriter::Write(const arrow::RecordBatch& batch) { return writer_->Write(batch); }

Status TableWriter::Close() { return writer_->Close(); }

Result<std::vector<AddedFile>> TableWriter::Finish() {
  ASSIGN_OR_RETURN(std::vector<iceberg::DataFile> files, writer_->Finish());
  std::vector<AddedFile> added;
  added.reserve(files.size());
  for (iceberg::DataFile& file : files) {
    added.push_back({std::move(file), table_.metadata->default_spec().id, std::nullopt});
  }
  return added;
}

Result<Table> TableWriter::Commit(SnapshotChange change) {
  return CommitFiles(catalog_, table_, std::move(change), options_.publish, tools_);
}

Result<Table> TableWriter::Append() {
  ASSIGN_OR_RETURN(std::vector<AddedFile> added, Finish());
  if (added.empty()) {
    return table_;
  }
  return Commit(table::Append(std::move(added), options_.publish.merging));
}

Result<Table> TableWriter::ReplacePartitions() {
  ASSIGN_OR_RETURN(std::vector<AddedFile> added, Finish());
  if (added.empty()) {
    return table_;
  }
  const ReadState read{.snapshot = HeadOf(*table_.metadata, options_.publish.target.branch)};
  return Commit(table_.metadata->default_spec().is_partitioned()
                    ? table::ReplacePartitions(std::move(added), read)
                    : table::ReplaceTable(std::move(added), read));
}

}  // namespace firn::table
