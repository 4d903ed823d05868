// TableWriter: a caller's Arrow batches become rows of a table, in one commit. Batches are matched
// to the table's schema, sorted, partitioned and stored as they come (columnar/write); the commit
// puts the files into a snapshot (table/commit), again on a newer base where another came first.
//
// Nothing is left behind: files of a writer that is dropped, that failed, or whose commit proves
// not to have happened, are deleted.
//
// Errors: kInvalidArgument for batches that do not fit the schema, properties that are not of their
// type; kCommitConflict, kCommitStateUnknown as CommitAction says; those of the store and the
// catalog. After one the writer is done.
// Thread-safety: one thread at a time. Catalog, tools and the table's files outlive the writer.
//
//   ASSIGN_OR_RETURN(auto writer, TableWriter::Make(catalog, table, *reader->schema(), tools));
//   RETURN_IF_ERROR(writer->Write(*batch));
//   ASSIGN_OR_RETURN(table, writer->Append());
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/record_batch.h>

#include "base/result.h"
#include "columnar/write/table_file_writer.h"
#include "table/commit/commit_tools.h"
#include "table/commit/snapshot_change.h"
#include "table/table_store.h"
#include "table/write/commit_files.h"

namespace firn::table {

struct TableWriteOptions {
  PublishOptions publish;
  columnar::WriteLimits limits;
};

class TableWriter {
 public:
  /// `input` is the schema of the batches; rows go by the table's schema, default spec and default
  /// sort order of now.
  static Result<std::unique_ptr<TableWriter>> Make(TableStore& catalog,
                                                   const Table& table,
                                                   const arrow::Schema& input,
                                                   const CommitTools& tools,
                                                   TableWriteOptions options = {});

  Status Write(const arrow::RecordBatch& batch);
  /// Sorts, encodes and stores what is left of that; no more rows come. The commits do it too: it
  /// is for who has to look before them whether to go on.
  Status Close();

  // One of these, once. Each returns the table as the commit left it; without rows nothing is
  // committed.

  Result<Table> Append();
  /// Dynamic partition overwrite: the rows take the place of all rows of the partitions that they
  /// are in, of an unpartitioned table of all rows. Files of an older partition spec, whose
  /// partitions are others, stay as Java leaves them, but in an unpartitioned table. Serialisable:
  /// conflicts with whatever others added to these or deleted from them.
  Result<Table> ReplacePartitions();

 private:
  TableWriter(TableStore& catalog,
              const Table& table,
              const CommitTools& tools,
              TableWriteOptions options)
      : catalog_(catalog), table_(table), tools_(tools), options_(std::move(options)) {}

  Result<std::vector<AddedFile>> Finish();
  Result<Table> Commit(SnapshotChange change);

  TableStore& catalog_;
  const Table table_;
  const CommitTools& tools_;
  const TableWriteOptions options_;
  std::unique_ptr<columnar::TableFileWriter> writer_;
};

}  // namespace firn::table
