#include "features/testing/feature_table.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include <arrow/json/from_string.h>

#include "base/uuid.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/write/delete_writers.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/metadata/new_table.h"
#include "iceberg/schema/testing/parse.h"
#include "table/commit/commit_action.h"
#include "table/commit/operations.h"
#include "table/evolve/updates_action.h"
#include "table/write/commit_files.h"
#include "table/write/row_deletion.h"
#include "table/write/table_writer.h"
#include "table/write/writer_input.h"

namespace firn::features::testing {
namespace {

template <class T>
T OrDie(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "bad table in a test: %s\n", result.error().Describe().c_str());
    std::abort();
  }
  return *std::move(result);
}

iceberg::TableMetadataPtr EmptyTable(const FeatureTableShape& shape) {
  iceberg::CreateTableSpec spec;
  spec.schema = iceberg::testing::SchemaOfFields(shape.fields);
  spec.spec = iceberg::testing::SpecOf(R"({"fields":[)" + shape.partition_fields + "]}");
  spec.location = "memory://warehouse/t";
  // A row group ends where a batch does.
  spec.properties = {{"format-version", std::to_string(shape.version)},
                     {"write.parquet.row-group-size-bytes", "1"}};
  spec.uuid = *Uuid::Parse("9c12d441-03fe-4693-9a96-a0705ddf69c1");
  return OrDie(iceberg::NewTableMetadata(spec, TimestampMs(1'700'000'000'000)));
}

void OrDie(Status status) {
  if (!status.has_value()) {
    OrDie(Result<int>(TakeError(std::move(status))));
  }
}

}  // namespace

std::shared_ptr<arrow::RecordBatch> BatchOfJson(const arrow::FieldVector& fields,
                                                const std::string& rows) {
  auto array = arrow::json::ArrayFromJSONString(arrow::struct_(fields), rows);
  if (!array.ok()) {
    std::fprintf(stderr, "bad rows in a test: %s\n", array.status().ToString().c_str());
    std::abort();
  }
  return arrow::RecordBatch::FromStructArray(*array).ValueOrDie();
}

std::shared_ptr<arrow::Table> TableOfJson(const arrow::FieldVector& fields,
                                          const std::string& rows,
                                          int64_t chunk_rows) {
  auto batch = BatchOfJson(fields, rows);
  arrow::RecordBatchVector chunks;
  for (int64_t begin = 0; begin < batch->num_rows(); begin += chunk_rows) {
    chunks.push_back(batch->Slice(begin, chunk_rows));
  }
  return arrow::Table::FromRecordBatches(arrow::schema(fields), chunks).ValueOrDie();
}

FeatureTable::FeatureTable(const FeatureTableShape& shape)
    : files(std::make_shared<storage::InMemoryObjectStore>(clock)),
      catalog(files, clock),
      row_group_rows_(shape.row_group_rows) {
  table = catalog.Create(TableIdentifier{NamespacePath{{"ns"}}, "t"}, EmptyTable(shape));
}

arrow::FieldVector FeatureTable::fields() const {
  return columnar::ArrowSchemaOf(table.metadata->current_schema())->fields();
}

void FeatureTable::Append(const std::string& rows) {
  auto batch = BatchOfJson(fields(), rows);
  auto writer = OrDie(table::TableWriter::Make(catalog, table, *batch->schema(), tools));
  for (int64_t begin = 0; begin < batch->num_rows(); begin += row_group_rows_) {
    OrDie(writer->Write(*batch->Slice(begin, row_group_rows_)));
  }
  table = OrDie(writer->Append());
}

void FeatureTable::Delete(std::string_view filter, std::optional<table::RowDeletionMode> mode) {
  table::RowDeletionRequest request{.mode = mode};
  request.filter = OrDie(iceberg::ParseExpressionText(filter));
  table = OrDie(table::DeleteRows({catalog, context, tools}, table, request)).table;
}

void FeatureTable::DeleteEqual(const std::vector<std::string>& columns, const std::string& rows) {
  auto request = OrDie(table::MakeWriteRequest(table, {}));
  std::vector<iceberg::FieldId> ids;
  for (const std::string& column : columns) {
    ids.push_back(request.schema.FindField(std::string_view(column))->id);
  }
  auto schema = OrDie(columnar::EqualityDeleteSchema(request.schema, ids));
  auto writer = OrDie(columnar::MakeEqualityDeleteWriter(request.target, request.schema,
                                                         request.properties, {}, ids));
  OrDie(writer->Write(*BatchOfJson(columnar::ArrowSchemaOf(schema)->fields(), rows)));
  table::RowChanges changes;
  for (iceberg::DataFile& file : OrDie(writer->Finish())) {
    changes.added.push_back({std::move(file), table.metadata->default_spec_id, std::nullopt});
  }
  const table::ReadState read{.snapshot = table.metadata->current_snapshot_id,
                              .isolation = table::IsolationLevel::kSnapshot};
  table = OrDie(
      table::CommitFiles(catalog, table, table::RowDelta(std::move(changes), read), {}, tools));
}

void FeatureTable::Evolve(const std::vector<table::SchemaStep>& steps) {
  table::UpdatesAction action([&steps](const iceberg::TableMetadata& base) {
    return table::ChangeSchema(base, steps, table::Compatibility::kRequired);
  });
  table = OrDie(table::CommitAction(catalog, table, action, tools));
}

std::shared_ptr<arrow::Table> FeatureTable::Rows(const std::vector<std::string>& columns) {
  auto scan = OrDie(table::TableScan::Open(context, table, {.columns = columns}));
  arrow::RecordBatchVector batches;
  while (auto batch = OrDie(scan->Next())) {
    batches.push_back(std::move(batch));
  }
  return arrow::Table::FromRecordBatches(scan->schema(), batches).ValueOrDie();
}

}  // namespace firn::features::testing
