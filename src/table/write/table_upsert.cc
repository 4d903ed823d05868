#include "table/write/table_upsert.h"

#include <utility>

#include <arrow/array/concatenate.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "columnar/kernels/field_path.h"
#include "columnar/kernels/literal_array.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/write/column_bounds.h"
#include "iceberg/schema/literal_binary.h"
#include "table/commit/operations.h"
#include "table/scan/scan_columns.h"
#include "table/write/row_matcher.h"
#include "table/write/writer_input.h"

namespace firn::table {
namespace {

using iceberg::Expression;
using iceberg::FieldId;
using iceberg::NestedField;
using iceberg::Operation;

/// So many keys are looked for one by one: their buckets are known then, not only their range.
constexpr int64_t kMaxListedKeys = 1000;

bool MayBeKey(const iceberg::Type& type) {
  return type.is_primitive() && type.id() != iceberg::TypeId::kFloat &&
         type.id() != iceberg::TypeId::kDouble;
}

Expression Listed(const NestedField& key, const arrow::Array& values) {
  std::vector<iceberg::Constant> constants;
  for (int64_t row = 0; row < values.length(); ++row) {
    constants.push_back({key.type, *columnar::LiteralAt(values, *key.type, row)});
  }
  return iceberg::IsIn(iceberg::Column(key.id), std::move(constants));
}

/// Between the least and the greatest value; everything for types without bounds.
Result<Expression> Between(const NestedField& key, const arrow::Array& values) {
  columnar::ColumnBounds bounds(key.type, {columnar::MetricsMode::Kind::kFull, 0});
  bounds.Add(values);
  auto lower = bounds.Lower();
  auto upper = bounds.Upper();
  if (!lower || !upper) {
    return Expression::True();
  }
  ASSIGN_OR_RETURN(iceberg::Literal least, iceberg::DecodeLiteral(*key.type, *lower));
  ASSIGN_OR_RETURN(iceberg::Literal greatest, iceberg::DecodeLiteral(*key.type, *upper));
  const iceberg::Term column = iceberg::Column(key.id);
  return Expression::And(iceberg::Compare(Operation::kGtEq, column, {key.type, least}),
                         iceberg::Compare(Operation::kLtEq, column, {key.type, greatest}));
}

}  // namespace

Result<std::unique_ptr<TableUpsert>> TableUpsert::Make(const ChangeContext& context,
                                                       const Table& table,
                                                       const arrow::Schema& input,
                                                       UpsertOptions options) {
  std::unique_ptr<TableUpsert> upsert(new TableUpsert(context, table, std::move(options)));
  RETURN_IF_ERROR(upsert->ChooseKeys());
  ASSIGN_OR_RETURN(upsert->mode_,
                   ChooseRowDeletionMode(*table.metadata, "merge", upsert->options_.mode));
  std::span<const NestedField> fields = table.metadata->current_schema().fields();
  std::vector<columnar::SourceField> source = columnar::SourceFieldsOf(input.fields());
  columnar::ProjectionOptions how{.direction = columnar::ProjectionOptions::Direction::kWrite,
                                  .match = columnar::AnyIds(source)
                                               ? columnar::MatchFields::kById
                                               : columnar::MatchFields::kByName};
  ASSIGN_OR_RETURN(upsert->projection_, columnar::Projection::Make(source, fields, how));
  ASSIGN_OR_RETURN(columnar::TableWriteRequest request,
                   MakeWriteRequest(table, upsert->options_.limits));
  request.pool = &context.tools.pool;
  ASSIGN_OR_RETURN(upsert->writer_,
                   columnar::TableFileWriter::Make(request, *upsert->projection_->schema()));
  return upsert;
}

Status TableUpsert::ChooseKeys() {
  const iceberg::Schema& schema = table_.metadata->current_schema();
  std::vector<FieldId> ids(schema.identifier_field_ids().begin(),
                           schema.identifier_field_ids().end());
  if (!options_.keys.empty()) {
    ids.clear();
  }
  for (const std::string& name : options_.keys) {
    const NestedField* field = schema.FindField(name);
    if (field == nullptr) {
      return Error(ErrorCode::kInvalidArgument, "No such key column: " + name);
    }
    ids.push_back(field->id);
  }
  for (FieldId id : ids) {
    const NestedField& field = *schema.FindField(id);
    if (!MayBeKey(*field.type)) {
      return Error(ErrorCode::kInvalidArgument, "The column cannot be a key: " + field.name);
    }
    keys_.push_back(field);
  }
  if (keys_.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 "An upsert needs key columns: name them, or give the schema identifier fields");
  }
  values_.resize(keys_.size());
  return {};
}

Status TableUpsert::Write(const arrow::RecordBatch& batch) {
  ASSIGN_OR_RETURN(auto rows, projection_->Apply(batch));
  for (size_t i = 0; i < keys_.size(); ++i) {
    const std::vector<int> path = columnar::PathTo(rows->schema()->fields(), keys_[i].id);
    if (path.empty()) {
      return Error(ErrorCode::kInvalidArgument,
                   "A key cannot lie in a list or map: " + keys_[i].name);
    }
    ASSIGN_OR_RETURN(auto column, columnar::ColumnAt(*rows, path));
    if (column->null_count() > 0) {
      return Error(ErrorCode::kInvalidArgument, "The key of a row is null: " + keys_[i].name);
    }
    values_[i].push_back(std::move(column));
  }
  rows_ += batch.num_rows();
  return writer_->Write(*rows);
}

Result<KeyProbe> TableUpsert::MakeProbe(const arrow::ArrayVector& keys) const {
  std::vector<FieldId> ids;
  std::vector<std::string> names;
  const iceberg::Schema& schema = table_.metadata->current_schema();
  for (const NestedField& key : keys_) {
    ids.push_back(key.id);
    names.push_back(*schema.FindName(key.id));
  }
  KeyProbe probe;
  ASSIGN_OR_RETURN(probe.columns,
                   SelectColumns(*table_.metadata, schema, names, iceberg::NameCase::kSensitive));
  ASSIGN_OR_RETURN(auto set, columnar::EqualityDeleteSet::Make(std::move(ids), keys));
  if (set.size() < rows_) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Of {} rows {} have the key of another", rows_, rows_ - set.size()));
  }
  probe.keys = std::make_shared<const columnar::EqualityDeleteSet>(std::move(set));
  return probe;
}

Result<Expression> TableUpsert::RangeOf(const arrow::ArrayVector& keys) const {
  Expression range = Expression::True();
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (keys_.size() == 1 && rows_ <= kMaxListedKeys) {
      return Listed(keys_[i], *keys[i]);
    }
    ASSIGN_OR_RETURN(Expression between, Between(keys_[i], *keys[i]));
    range = Expression::And(std::move(range), std::move(between));
  }
  return range;
}

Result<Upserted> TableUpsert::Commit() {
  const iceberg::TableMetadata& metadata = *table_.metadata;
  const std::string& branch = options_.publish.target.branch;
  Upserted upserted{.table = table_, .rows = rows_, .replaced_rows = 0, .counts = {}};
  if (rows_ == 0) {
    return upserted;
  }
  arrow::ArrayVector keys;
  for (const arrow::ArrayVector& values : values_) {
    ASSIGN_OR_RETURN(auto column,
                     columnar::ToResult(arrow::Concatenate(values), ErrorCode::kResourceExhausted));
    keys.push_back(std::move(column));
  }
  RowCriteria criteria;
  ASSIGN_OR_RETURN(criteria.keys, MakeProbe(keys));
  ScanRequest scan{.scan = ScanOfBranch(metadata, branch), .schema = ScanSchema::kTable};
  ASSIGN_OR_RETURN(scan.filter, RangeOf(keys));
  ASSIGN_OR_RETURN(ScanPlan plan, ScanPlan::Begin(context_.scan.plan_context(*table_.files),
                                                  table_.metadata, scan));
  ReadState read{.snapshot = HeadOf(metadata, branch)};
  ASSIGN_OR_RETURN(read.isolation, ReadIsolationLevel(*metadata.properties, "merge"));
  read.filter = MatchRows(metadata, plan.filter());
  ASSIGN_OR_RETURN(MatchedRows matched, MatchedRows::Find(context_.scan, table_, plan, criteria));
  for (const MatchedFile& file : matched.files()) {
    upserted.replaced_rows += file.rows.cardinality();
  }
  StoredFiles stored(*table_.files);
  ASSIGN_OR_RETURN(auto files, writer_->Finish());
  stored.Add(std::move(files), metadata.default_spec().id);
  ASSIGN_OR_RETURN(RowRemoval removal, RemoveRows(table_, matched, mode_, stored));
  upserted.counts = removal.counts;
  SnapshotChange change = RemovalChange(mode_, stored.Release(), std::move(removal), read);
  ASSIGN_OR_RETURN(upserted.table, CommitFiles(context_.catalog, table_, std::move(change),
                                               options_.publish, context_.tools));
  return upserted;
}

}  // namespace firn::table
