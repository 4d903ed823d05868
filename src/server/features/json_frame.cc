#include "server/features/json_frame.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/util.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"

namespace firn::server_features {
namespace {

using columnar::ToResult;
using columnar::ToStatus;
using simdjson::dom::element_type;

enum class Kind : uint8_t { kNull, kBool, kInteger, kDouble, kText };

/// A frame needs a handful; each costs memory for every row.
constexpr size_t kMaxColumns = 1024;

struct Column {
  std::string name;
  Kind kind = Kind::kNull;
  /// Rows that name it, in their order, and what they say.
  std::vector<std::pair<int64_t, json::Element>> values;
};

struct Columns {
  std::vector<Column> columns;
  int64_t rows = 0;
};

Error Wrong(const Column& column, std::string_view what) {
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("entities: column {} {}", column.name, what));
}

Result<Kind> KindOf(const Column& column, json::Element value) {
  switch (value.type()) {
    case element_type::NULL_VALUE:
      return Kind::kNull;
    case element_type::BOOL:
      return Kind::kBool;
    case element_type::INT64:
      return Kind::kInteger;
    case element_type::DOUBLE:
      return Kind::kDouble;
    case element_type::STRING:
      return Kind::kText;
    case element_type::UINT64:
      return Wrong(column, "holds a number beyond 64 bits with a sign");
    default:
      return Wrong(column, "holds a list or an object");
  }
}

/// The kind of a column that holds both.
Result<Kind> Both(const Column& column, Kind kind) {
  if (kind == Kind::kNull || kind == column.kind) {
    return column.kind;
  }
  if (column.kind == Kind::kNull) {
    return kind;
  }
  const bool numbers = (kind == Kind::kInteger || kind == Kind::kDouble) &&
                       (column.kind == Kind::kInteger || column.kind == Kind::kDouble);
  if (numbers) {
    return Kind::kDouble;
  }
  return Wrong(column, "holds values of two kinds");
}

Result<Columns> ReadColumns(const json::Array& rows) {
  std::vector<Column> columns;
  std::map<std::string_view, size_t> by_name;
  int64_t row = 0;
  for (json::Element each : rows) {
    ASSIGN_OR_RETURN(json::Object object, json::AsObject(each, "row of entities"));
    for (const auto& field : object) {
      auto [place, is_new] = by_name.emplace(field.key, columns.size());
      if (is_new) {
        if (columns.size() == kMaxColumns) {
          return Error(ErrorCode::kInvalidArgument,
                       fmt::format("entities: more than {} columns", kMaxColumns));
        }
        columns.push_back({.name = std::string(field.key)});
      }
      Column& column = columns[place->second];
      ASSIGN_OR_RETURN(Kind kind, KindOf(column, field.value));
      ASSIGN_OR_RETURN(column.kind, Both(column, kind));
      column.values.emplace_back(row, field.value);
    }
    ++row;
  }
  return Columns{std::move(columns), row};
}

/// `append` adds a value that is not null.
template <class Builder, class Append>
Result<std::shared_ptr<arrow::Array>> Build(Builder builder,
                                            const Column& column,
                                            int64_t rows,
                                            Append append) {
  RETURN_IF_ERROR(ToStatus(builder.Reserve(rows), ErrorCode::kInternal));
  for (const auto& [row, value] : column.values) {
    RETURN_IF_ERROR(ToStatus(builder.AppendNulls(row - builder.length()), ErrorCode::kInternal));
    RETURN_IF_ERROR(ToStatus(value.is_null() ? builder.AppendNull() : append(builder, value),
                             ErrorCode::kInternal));
  }
  RETURN_IF_ERROR(ToStatus(builder.AppendNulls(rows - builder.length()), ErrorCode::kInternal));
  return ToResult(builder.Finish(), ErrorCode::kInternal);
}

double DoubleOf(json::Element value) {
  return value.is_int64() ? static_cast<double>(value.get_int64().value_unsafe())
                          : value.get_double().value_unsafe();
}

Result<std::shared_ptr<arrow::Array>> ArrayOf(const Column& column,
                                              int64_t rows,
                                              arrow::MemoryPool* memory) {
  switch (column.kind) {
    case Kind::kNull:
      return ToResult(arrow::MakeArrayOfNull(arrow::null(), rows, memory), ErrorCode::kInternal);
    case Kind::kBool:
      return Build(arrow::BooleanBuilder(memory), column, rows,
                   [](auto& builder, json::Element value) {
                     return builder.Append(value.get_bool().value_unsafe());
                   });
    case Kind::kInteger:
      return Build(arrow::Int64Builder(memory), column, rows,
                   [](auto& builder, json::Element value) {
                     return builder.Append(value.get_int64().value_unsafe());
                   });
    case Kind::kDouble:
      return Build(
          arrow::DoubleBuilder(memory), column, rows,
          [](auto& builder, json::Element value) { return builder.Append(DoubleOf(value)); });
    case Kind::kText:
      break;
  }
  return Build(arrow::StringBuilder(memory), column, rows, [](auto& builder, json::Element value) {
    return builder.Append(value.get_string().value_unsafe());
  });
}

}  // namespace

Result<std::shared_ptr<arrow::RecordBatch>> JsonFrame(const json::Array& rows,
                                                      arrow::MemoryPool* memory) {
  ASSIGN_OR_RETURN(Columns read, ReadColumns(rows));
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const Column& column : read.columns) {
    ASSIGN_OR_RETURN(arrays.emplace_back(), ArrayOf(column, read.rows, memory));
    fields.push_back(arrow::field(column.name, arrays.back()->type()));
  }
  return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), read.rows, std::move(arrays));
}

}  // namespace firn::server_features
