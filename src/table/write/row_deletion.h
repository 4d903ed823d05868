// DeleteRows: the rows that a filter keeps leave a table, in one commit. Files of which metadata
// tells that all their rows match are dropped unread. Of the others, those with matching rows are
// rewritten without them (copy on write), or the rows are marked (merge on read): by position
// delete files in tables of version 2, by deletion vectors from version 3 on. Source: Iceberg
// specification, "Delete Formats"; table properties `write.delete.*`.
//
// Rewritten rows keep their row ids (specification, "Row Lineage"). A conflict with what others
// committed meanwhile is found at the isolation level of the table; the caller deletes anew then.
// What was written and not committed is deleted.
//
// Errors: kInvalidArgument for a filter that does not fit the schema, properties that are not of
// their type; kUnsupported for files that are not Parquet; those of CommitAction, reading and the
// store. Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "columnar/write/table_file_writer.h"
#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression.h"
#include "table/commit/commit_tools.h"
#include "table/scan/table_scan.h"
#include "table/table_store.h"
#include "table/write/commit_files.h"

namespace firn::table {

/// How rows are taken out of files that keep others.
enum class RowDeletionMode : uint8_t { kCopyOnWrite, kMergeOnRead };

/// `command`: `delete`, `update` or `merge`. Tables of version 1 know copy on write alone. Source:
/// table properties `write.{command}.mode`. Errors: kInvalidArgument for another mode.
Result<RowDeletionMode> ReadRowDeletionMode(const iceberg::TableMetadata& table,
                                            std::string_view command);

struct RowDeletionRequest {
  iceberg::Expression filter = iceberg::Expression::True();
  iceberg::NameCase names = iceberg::NameCase::kSensitive;
  /// nullopt: by the table's properties. kInvalidArgument where the format version has it not.
  std::optional<RowDeletionMode> mode;
  PublishOptions publish;
  columnar::WriteLimits limits;
};

struct RowDeletion {
  /// As the commit left it; as it was where no row matched.
  Table table;
  int64_t dropped_files = 0;
  int64_t rewritten_files = 0;
  int64_t marked_files = 0;
};

Result<RowDeletion> DeleteRows(TableStore& catalog,
                               const Table& table,
                               const ScanContext& context,
                               const CommitTools& tools,
                               const RowDeletionRequest& request);

}  // namespace firn::table
