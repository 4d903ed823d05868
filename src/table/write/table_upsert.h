// TableUpsert: a caller's rows take the place of the table's rows with the same key, or are added,
// in one commit. The rows are matched to the schema, sorted, partitioned and stored as they come;
// the old ones are found at the commit and taken out as row_removal.h says. Source: table
// properties `write.merge.*`.
//
// A row that takes another's place is a new row: it does not keep its row id.
//
// Memory: the keys of all rows. Nothing is left behind by an upsert that is dropped, fails or loses
// its commit. With serialisable isolation a conflict is whatever others added meanwhile within the
// range of the keys.
//
// Errors: kInvalidArgument for keys that are no plain columns of the schema (floats are none
// either), rows whose key is null or comes twice, batches that do not fit; those of CommitAction,
// reading and the store. After one the upsert is done.
// Thread-safety: one thread at a time. Catalog, context, tools and the table's files outlive it.
//
//   ASSIGN_OR_RETURN(auto upsert, TableUpsert::Make({catalog, context, tools}, table, schema));
//   RETURN_IF_ERROR(upsert->Write(*batch));
//   ASSIGN_OR_RETURN(Upserted upserted, upsert->Commit());
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/record_batch.h>

#include "base/result.h"
#include "columnar/kernels/projection.h"
#include "columnar/write/table_file_writer.h"
#include "table/table_store.h"
#include "table/write/change_context.h"
#include "table/write/commit_files.h"
#include "table/write/matched_rows.h"
#include "table/write/row_removal.h"

namespace firn::table {

struct UpsertOptions {
  /// Full names of columns; empty: the schema's identifier fields.
  std::vector<std::string> keys;
  /// nullopt: by the table's properties.
  std::optional<RowDeletionMode> mode;
  PublishOptions publish;
  columnar::WriteLimits limits;
};

struct Upserted {
  /// As the commit left it; as it was where no row came.
  Table table;
  int64_t rows = 0;
  /// Of those, the ones that took another's place.
  int64_t replaced_rows = 0;
  RemovalCounts counts;
};

class TableUpsert {
 public:
  /// `input` is the schema of the batches.
  static Result<std::unique_ptr<TableUpsert>> Make(const ChangeContext& context,
                                                   const Table& table,
                                                   const arrow::Schema& input,
                                                   UpsertOptions options = {});

  Status Write(const arrow::RecordBatch& batch);
  /// Once.
  Result<Upserted> Commit();

 private:
  TableUpsert(const ChangeContext& context, const Table& table, UpsertOptions options)
      : context_(context), table_(table), options_(std::move(options)) {}

  Status ChooseKeys();
  /// The keys as one set: of each column all rows.
  Result<KeyProbe> MakeProbe(const arrow::ArrayVector& keys) const;
  /// What rows with one of the keys satisfy.
  Result<iceberg::Expression> RangeOf(const arrow::ArrayVector& keys) const;

  const ChangeContext context_;
  const Table table_;
  const UpsertOptions options_;
  RowDeletionMode mode_ = RowDeletionMode::kCopyOnWrite;
  /// Plain columns of the schema.
  std::vector<iceberg::NestedField> keys_;
  std::optional<columnar::Projection> projection_;
  std::unique_ptr<columnar::TableFileWriter> writer_;
  /// Of each key, the values of all batches.
  std::vector<arrow::ArrayVector> values_;
  int64_t rows_ = 0;
};

}  // namespace firn::table
