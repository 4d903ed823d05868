#include "columnar/testing/batches.h"

#include <algorithm>
#include <utility>

#include <arrow/array.h>
#include <arrow/buffer_builder.h>
#include <arrow/builder.h>
#include <arrow/io/memory.h>
#include <arrow/table.h>
#include <parquet/arrow/schema.h>
#include <parquet/arrow/writer.h>

#include "columnar/kernels/literal_array.h"
#include "columnar/schema/arrow_type.h"

namespace firn::columnar::testing {
namespace {

using iceberg::NestedField;
using iceberg::StructValue;
using ArrayPtr = std::shared_ptr<arrow::Array>;

void Must(const arrow::Status& status) {
  if (!status.ok()) {
    status.Abort();
  }
}

/// A struct is where the row has it or one of its fields.
bool IsThere(const NestedField& field, const StructValue& row) {
  return ValueOf(row, field.id).has_value() ||
         std::any_of(field.type->fields().begin(), field.type->fields().end(),
                     [&](const NestedField& child) { return IsThere(child, row); });
}

ArrayPtr ColumnOf(const NestedField& field, const std::vector<StructValue>& rows) {
  if (field.type->is_struct()) {
    std::vector<std::shared_ptr<arrow::ArrayData>> children;
    for (const NestedField& child : field.type->fields()) {
      children.push_back(ColumnOf(child, rows)->data());
      if (child.required) {
        // Null only where the struct is.
        children.back() = children.back()->Copy();
        children.back()->buffers[0] = nullptr;
        children.back()->null_count = 0;
      }
    }
    arrow::TypedBufferBuilder<bool> validity;
    for (const StructValue& row : rows) {
      Must(validity.Append(IsThere(field, row)));
    }
    return arrow::MakeArray(
        arrow::ArrayData::Make(ArrowTypeOf(*field.type), static_cast<int64_t>(rows.size()),
                               {validity.Finish().ValueOrDie()}, std::move(children)));
  }
  auto builder = arrow::MakeBuilder(ArrowTypeOf(*field.type)).ValueOrDie();
  for (const StructValue& row : rows) {
    auto scalar = ScalarOf(*field.type, ValueOf(row, field.id)).value();
    Must(builder->AppendScalar(*scalar));
  }
  return builder->Finish().ValueOrDie();
}

void Collect(const NestedField& field, const arrow::Array& array, std::vector<StructValue>& rows) {
  if (field.type->is_struct()) {
    const auto& parent = static_cast<const arrow::StructArray&>(array);
    for (size_t i = 0; i < field.type->fields().size(); ++i) {
      Collect(field.type->fields()[i], *parent.GetFlattenedField(static_cast<int>(i)).ValueOrDie(),
              rows);
    }
    return;
  }
  for (size_t row = 0; row < rows.size(); ++row) {
    if (auto value = LiteralAt(array, *field.type, static_cast<int64_t>(row))) {
      rows[row].fields.emplace_back(field.id, *std::move(value));
    }
  }
}

}  // namespace

std::optional<iceberg::Literal> ValueOf(const StructValue& row, iceberg::FieldId id) {
  auto found = std::find_if(row.fields.begin(), row.fields.end(),
                            [id](const auto& field) { return field.first == id; });
  return found == row.fields.end() ? std::nullopt : std::optional(found->second);
}

std::shared_ptr<arrow::RecordBatch> BatchOf(const iceberg::Schema& schema,
                                            const std::vector<StructValue>& rows) {
  arrow::ArrayVector columns;
  for (const NestedField& field : schema.fields()) {
    columns.push_back(ColumnOf(field, rows));
  }
  return arrow::RecordBatch::Make(ArrowSchemaOf(schema), static_cast<int64_t>(rows.size()),
                                  std::move(columns));
}

std::vector<StructValue> RowsOf(const iceberg::Schema& schema, const arrow::RecordBatch& batch) {
  std::vector<StructValue> rows(static_cast<size_t>(batch.num_rows()));
  for (size_t i = 0; i < schema.fields().size(); ++i) {
    Collect(schema.fields()[i], *batch.column(static_cast<int>(i)), rows);
  }
  return rows;
}

std::string ParquetBytes(const arrow::RecordBatch& batch, const ParquetShape& shape) {
  auto table = arrow::Table::FromRecordBatches({batch.Slice(0)}).ValueOrDie();
  parquet::WriterProperties::Builder properties;
  properties.data_pagesize(shape.page_bytes)
      ->max_rows_per_page(shape.page_rows)
      ->write_batch_size(std::min<int64_t>(shape.page_rows, 1024))
      ->dictionary_pagesize_limit(std::max<int64_t>(shape.dictionary_bytes, 1))
      ->data_page_version(shape.second_version ? parquet::ParquetDataPageVersion::V2
                                               : parquet::ParquetDataPageVersion::V1);
  if (!shape.page_index) {
    properties.disable_write_page_index();
  }
  if (shape.dictionary_bytes == 0) {
    properties.disable_dictionary();
  }
  if (shape.bloom_filters) {
    std::shared_ptr<parquet::SchemaDescriptor> schema;
    Must(parquet::arrow::ToParquetSchema(batch.schema().get(), *properties.build(), &schema));
    for (int i = 0; i < schema->num_columns(); ++i) {
      if (schema->Column(i)->physical_type() != parquet::Type::BOOLEAN) {
        properties.enable_bloom_filter(schema->Column(i)->path()->ToDotString(), {});
      }
    }
  }
  auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  Must(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink, shape.row_group_rows,
                                  properties.build()));
  return sink->Finish().ValueOrDie()->ToString();
}

ArrayPtr Longs(const std::vector<int64_t>& values) {
  arrow::Int64Builder builder;
  Must(builder.AppendValues(values));
  return builder.Finish().ValueOrDie();
}

ArrayPtr Texts(const std::vector<std::string>& values) {
  arrow::StringBuilder builder;
  Must(builder.AppendValues(values));
  return builder.Finish().ValueOrDie();
}

}  // namespace firn::columnar::testing
