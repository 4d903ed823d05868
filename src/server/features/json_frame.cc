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

struct Column {
  std::string name;
  Kind kind = Kind::kNull;
  /// By row; those that were not named are behind the end, or null elements.
  std::vector<std::optional<json::Element>> values;
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

Result<std::vector<Column>> ReadColumns(const json::Array& rows) {
  std::vector<Column> columns;
  std::map<std::string_view, size_t> by_name;
  size_t row = 0;
  for (json::Element each : rows) {
    ASSIGN_OR_RETURN(json::Object object, json::AsObject(each, "row of entities"));
    for (const auto& field : object) {
      auto [place, is_new] = by_name.emplace(field.key, columns.size());
      if (is_new) {
        columns.push_back({.name = std::string(field.key)});
      }
      Column& column = columns[place->second];
      ASSIGN_OR_RETURN(Kind kind, KindOf(column, field.value));
      ASSIGN_OR_RETURN(column.kind, Both(column, kind));
      column.values.resize(row + 1);
      column.values[row] = field.value;
    }
    ++row;
  }
  for (Column& column : columns) {
    column.values.resize(row);
  }
  return columns;
}

/// `append` adds a value that is not null.
template <class Builder, class Append>
Result<std::shared_ptr<arrow::Array>> Build(Builder builder, const Column& column, Append append) {
  RETURN_IF_ERROR(
      ToStatus(builder.Reserve(static_cast<int64_t>(column.values.size())), ErrorCode::kInternal));
  for (const auto& value : column.values) {
    const bool is_null = !value || value->is_null();
    RETURN_IF_ERROR(
        ToStatus(is_null ? builder.AppendNull() : append(builder, *value), ErrorCode::kInternal));
  }
  return ToResult(builder.Finish(), ErrorCode::kInternal);
}

double DoubleOf(json::Element value) {
  return value.is_int64() ? static_cast<double>(value.get_int64().value_unsafe())
                          : value.get_double().value_unsafe();
}

Result<std::shared_ptr<arrow::Array>> ArrayOf(const Column& column, arrow::MemoryPool* memory) {
  switch (column.kind) {
    case Kind::kNull:
      return ToResult(
          arrow::MakeArrayOfNull(arrow::null(), static_cast<int64_t>(column.values.size()), memory),
          ErrorCode::kInternal);
    case Kind::kBool:
      return Build(arrow::BooleanBuilder(memory), column, [](auto& builder, json::Element value) {
        return builder.Append(value.get_bool().value_unsafe());
      });
    case Kind::kInteger:
      return Build(arrow::Int64Builder(memory), column, [](auto& builder, json::Element value) {
        return builder.Append(value.get_int64().value_unsafe());
      });
    case Kind::kDouble:
      return Build(arrow::DoubleBuilder(memory), column, [](auto& builder, json::Element value) {
        return builder.Append(DoubleOf(value));
      });
    case Kind::kText:
      break;
  }
  return Build(arrow::StringBuilder(memory), column, [](auto& builder, json::Element value) {
    return builder.Append(value.get_string().value_unsafe());
  });
}

}  // namespace

Result<std::shared_ptr<arrow::RecordBatch>> JsonFrame(const json::Array& rows,
                                                      arrow::MemoryPool* memory) {
  ASSIGN_OR_RETURN(std::vector<Column> columns, ReadColumns(rows));
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const Column& column : columns) {
    ASSIGN_OR_RETURN(arrays.emplace_back(), ArrayOf(column, memory));
    fields.push_back(arrow::field(column.name, arrays.back()->type()));
  }
  return arrow::RecordBatch::Make(arrow::schema(std::move(fields)),
                                  static_cast<int64_t>(rows.size()), std::move(arrays));
}

}  // namespace firn::server_features
