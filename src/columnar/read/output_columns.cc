#include <algorithm>
#include <utility>

#include <arrow/array/util.h>
#include <arrow/builder.h>

#include "columnar/io/arrow_status.h"
#include "columnar/kernels/literal_array.h"
#include "columnar/read/output_columns_internal.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/schema/metadata_columns.h"

namespace firn::columnar {
namespace {

using iceberg::Literal;
using iceberg::NestedField;
using ArrayPtr = std::shared_ptr<arrow::Array>;

Result<ArrayPtr> Positions(int64_t first, int64_t rows) {
  ASSIGN_OR_RETURN(auto buffer,
                   ToResult(arrow::AllocateBuffer(rows * static_cast<int64_t>(sizeof(int64_t))),
                            ErrorCode::kInternal));
  auto* out = reinterpret_cast<int64_t*>(buffer->mutable_data());
  for (int64_t row = 0; row < rows; ++row) {
    out[row] = first + row;
  }
  return ArrayPtr(std::make_shared<arrow::Int64Array>(rows, std::move(buffer)));
}

/// `stored` with `value(row)` for its nulls.
template <class Value>
Result<ArrayPtr> Complete(const arrow::Array& stored, Value&& value) {
  const auto& numbers = static_cast<const arrow::Int64Array&>(stored);
  arrow::Int64Builder builder;
  RETURN_IF_ERROR(ToStatus(builder.Reserve(stored.length()), ErrorCode::kInternal));
  for (int64_t row = 0; row < stored.length(); ++row) {
    builder.UnsafeAppend(numbers.IsNull(row) ? value(row) : numbers.Value(row));
  }
  return ToResult(builder.Finish(), ErrorCode::kInternal);
}

/// The values of the partition fields that `type` names; others have none in this file.
Literal PartitionOf(const iceberg::Type& type, const iceberg::StructValue& partition) {
  auto values = std::make_shared<iceberg::StructValue>();
  for (const NestedField& field : type.fields()) {
    for (const auto& [id, value] : partition.fields) {
      if (id == field.id) {
        values->fields.emplace_back(id, value);
      }
    }
  }
  return Literal(std::shared_ptr<const iceberg::StructValue>(std::move(values)));
}

}  // namespace

Result<OutputColumns> OutputColumns::Prepare(const ReadRequest& request,
                                             const FileToRead& file,
                                             const std::vector<NestedField>& projected) {
  OutputColumns output;
  output.file_ = file;
  output.schema_ = ArrowSchemaOf(request.columns);
  for (const NestedField& field : request.columns) {
    Column column{.field = field};
    if (IsComputed(field.id)) {
      output.marks_deleted_ = output.marks_deleted_ || field.id == kDeletedColumn;
      output.columns_.push_back(std::move(column));
      continue;
    }
    auto found = std::find_if(projected.begin(), projected.end(),
                              [&](const NestedField& known) { return known.id == field.id; });
    column.source = static_cast<int>(found - projected.begin());
    if (*found->type != *field.type) {
      auto source = SourceFieldsOf({ArrowFieldOf(*found)});
      std::vector<NestedField> target{field};
      ASSIGN_OR_RETURN(
          Projection narrow,
          Projection::Make(source, target, {.direction = ProjectionOptions::Direction::kSelect}));
      column.narrow = std::make_shared<const Projection>(std::move(narrow));
    }
    output.columns_.push_back(std::move(column));
  }
  return output;
}

Result<std::shared_ptr<arrow::RecordBatch>> OutputColumns::Make(
    const arrow::RecordBatch& projected, int64_t first_row, std::span<const uint8_t> live) const {
  arrow::ArrayVector columns;
  columns.reserve(columns_.size());
  for (const Column& column : columns_) {
    ArrayPtr values;
    if (column.source < 0) {
      ASSIGN_OR_RETURN(values, Compute(column, first_row, projected.num_rows(), live));
    } else if (column.narrow != nullptr) {
      auto one = arrow::RecordBatch::Make(arrow::schema({projected.schema()->field(column.source)}),
                                          projected.num_rows(), {projected.column(column.source)});
      ASSIGN_OR_RETURN(auto narrowed, column.narrow->Apply(*one));
      values = narrowed->column(0);
    } else {
      values = projected.column(column.source);
    }
    if (IsLineage(column.field.id)) {
      ASSIGN_OR_RETURN(values, Inherit(column, std::move(values), first_row));
    }
    columns.push_back(std::move(values));
  }
  return arrow::RecordBatch::Make(schema_, projected.num_rows(), std::move(columns));
}

Result<ArrayPtr> OutputColumns::Compute(const Column& column,
                                        int64_t first_row,
                                        int64_t rows,
                                        std::span<const uint8_t> live) const {
  iceberg::FieldId id = column.field.id;
  if (id == kPosColumn) {
    return Positions(first_row, rows);
  }
  if (id == kFileColumn) {
    return RepeatLiteral(*column.field.type, Literal(file_.path), rows);
  }
  if (id == kSpecIdColumn) {
    return RepeatLiteral(*column.field.type, Literal(file_.spec_id.value()), rows);
  }
  if (id == kPartitionColumn) {
    return RepeatLiteral(*column.field.type, PartitionOf(*column.field.type, file_.partition),
                         rows);
  }
  arrow::BooleanBuilder builder;
  RETURN_IF_ERROR(ToStatus(builder.Reserve(rows), ErrorCode::kInternal));
  for (int64_t row = 0; row < rows; ++row) {
    builder.UnsafeAppend(!live.empty() && live[static_cast<size_t>(row)] == 0);
  }
  return ToResult(builder.Finish(), ErrorCode::kInternal);
}

Result<ArrayPtr> OutputColumns::Inherit(const Column& column,
                                        ArrayPtr stored,
                                        int64_t first_row) const {
  if (!file_.first_row_id) {
    return ToResult(arrow::MakeArrayOfNull(stored->type(), stored->length()), ErrorCode::kInternal);
  }
  if (stored->null_count() == 0) {
    return stored;
  }
  if (column.field.id == kRowIdColumn) {
    int64_t first = *file_.first_row_id + first_row;
    return Complete(*stored, [first](int64_t row) { return first + row; });
  }
  if (!file_.sequence_number) {
    return stored;
  }
  int64_t number = file_.sequence_number->value();
  return Complete(*stored, [number](int64_t) { return number; });
}

}  // namespace firn::columnar
