// DeleteRows: the rows that a filter keeps leave a table, in one commit. Files of which metadata
// tells that all their rows match are dropped unread; of the others rows are taken as row_removal.h
// says. Source: table properties `write.delete.*`.
//
// Rewritten rows keep their row ids (specification, "Row Lineage"). A conflict with what others
// committed meanwhile is found at the isolation level of the table; the caller deletes anew then.
// What was written and not committed is deleted.
//
// Errors: kInvalidArgument for a filter that does not fit the schema, properties that are not of
// their type; kUnsupported for files that are not Parquet; those of CommitAction, reading and the
// store. Thread-safety: any thread.
#pragma once

#include <optional>

#include "base/result.h"
#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression.h"
#include "table/table_store.h"
#include "table/write/change_context.h"
#include "table/write/commit_files.h"
#include "table/write/row_removal.h"

namespace firn::table {

struct RowDeletionRequest {
  iceberg::Expression filter = iceberg::Expression::True();
  iceberg::NameCase names = iceberg::NameCase::kSensitive;
  /// nullopt: by the table's properties. kInvalidArgument where the format version has it not.
  std::optional<RowDeletionMode> mode;
  PublishOptions publish;
};

struct RowDeletion {
  /// As the commit left it; as it was where no row matched.
  Table table;
  RemovalCounts counts;
};

Result<RowDeletion> DeleteRows(const ChangeContext& context,
                               const Table& table,
                               const RowDeletionRequest& request);

}  // namespace firn::table
