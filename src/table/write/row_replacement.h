// RowReplacement: the rows that a filter keeps leave a table and a caller's rows come, in one
// commit. The new rows are matched to the schema, sorted, partitioned and stored as they come; the
// old ones are found at the commit and taken out as DeleteRows does (row_deletion.h), so that a
// file of which only some rows match keeps the others. Whether the new rows match does not matter.
// Source: table properties `write.delete.*`.
//
// Nothing is left behind by a replacement that is dropped, fails or loses its commit. With
// serialisable isolation a conflict is whatever matching rows others added or deleted meanwhile.
//
// Errors: kInvalidArgument for a filter or batches that do not fit the schema; those of DeleteRows.
// After one the replacement is done.
// Thread-safety: one thread at a time. Catalog, context, tools and the table's files outlive it.
//
//   ASSIGN_OR_RETURN(auto change, RowReplacement::Make({catalog, context, tools}, table, schema,
//                                                      {.filter = filter}));
//   RETURN_IF_ERROR(change->Write(*batch));
//   ASSIGN_OR_RETURN(Replacement done, change->Commit());
#pragma once

#include <cstdint>
#include <memory>

#include <arrow/record_batch.h>

#include "base/result.h"
#include "columnar/write/table_file_writer.h"
#include "table/table_store.h"
#include "table/write/change_context.h"
#include "table/write/row_deletion.h"

namespace firn::table {

struct Replacement {
  /// As the commit left it; as it was where no row came and none matched.
  Table table;
  /// That came.
  int64_t rows = 0;
  RemovalCounts counts;
};

class RowReplacement {
 public:
  /// `input` is the schema of the batches; `deletion` says what leaves, and how.
  static Result<std::unique_ptr<RowReplacement>> Make(const ChangeContext& context,
                                                      const Table& table,
                                                      const arrow::Schema& input,
                                                      RowDeletionRequest deletion,
                                                      const columnar::WriteLimits& limits = {});

  Status Write(const arrow::RecordBatch& batch);
  /// Once.
  Result<Replacement> Commit();

 private:
  RowReplacement(const ChangeContext& context, const Table& table, RowDeletionRequest deletion)
      : context_(context), table_(table), deletion_(std::move(deletion)) {}

  const ChangeContext context_;
  const Table table_;
  const RowDeletionRequest deletion_;
  std::unique_ptr<columnar::TableFileWriter> writer_;
  int64_t rows_ = 0;
};

}  // namespace firn::table
