#include "table/write/row_replacement.h"

#include "table/write/removal_commit_internal.h"
#include "table/write/writer_input.h"

namespace firn::table {

Result<std::unique_ptr<RowReplacement>> RowReplacement::Make(const ChangeContext& context,
                                                             const Table& table,
                                                             const arrow::Schema& input,
                                                             RowDeletionRequest deletion,
                                                             const columnar::WriteLimits& limits) {
  // Before rows are stored for a filter that does not fit.
  RETURN_IF_ERROR(iceberg::Bind(deletion.filter, table.metadata->current_schema(), deletion.names));
  ASSIGN_OR_RETURN(columnar::TableWriteRequest request, MakeWriteRequest(table, limits));
  request.pool = &context.tools.pool;
  std::unique_ptr<RowReplacement> replacement(
      new RowReplacement(context, table, std::move(deletion)));
  ASSIGN_OR_RETURN(replacement->writer_, columnar::TableFileWriter::Make(request, input));
  return replacement;
}

Status RowReplacement::Write(const arrow::RecordBatch& batch) {
  rows_ += batch.num_rows();
  return writer_->Write(batch);
}

Result<Replacement> RowReplacement::Commit() {
  StoredFiles stored(*table_.files);
  ASSIGN_OR_RETURN(auto files, writer_->Finish());
  stored.Add(std::move(files), table_.metadata->default_spec().id);
  ASSIGN_OR_RETURN(RowDeletion done, CommitRemoval(context_, table_, deletion_, stored));
  return Replacement{.table = std::move(done.table), .rows = rows_, .counts = done.counts};
}

}  // namespace firn::table
