#include "server/flight/feast_frame.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

#include <arrow/array.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/builder_time.h>
#include <arrow/array/util.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "iceberg/schema/civil_time.h"

namespace firn::flight {
namespace {

using columnar::ToResult;
using columnar::ToStatus;

using ColumnPtr = std::shared_ptr<arrow::ChunkedArray>;

/// The last day whose midnight 64 bits of microseconds hold.
constexpr int64_t kMaxDay = std::numeric_limits<int64_t>::max() / iceberg::kMicrosPerDay;
constexpr std::string_view kPandasIndex = "__index_level_";
/// The greatest whole number up to which every double is one.
constexpr double kExactDouble = 9007199254740992.0;

std::shared_ptr<arrow::DataType> Instant(arrow::TimeUnit::type unit) {
  return arrow::timestamp(unit, "UTC");
}

/// A column made chunk by chunk.
template <class Convert>
Result<ColumnPtr> EachChunk(const arrow::ChunkedArray& column,
                            const std::shared_ptr<arrow::DataType>& type,
                            Convert convert) {
  arrow::ArrayVector chunks;
  for (const auto& chunk : column.chunks()) {
    ASSIGN_OR_RETURN(chunks.emplace_back(), convert(*chunk));
  }
  return std::make_shared<arrow::ChunkedArray>(std::move(chunks), type);
}

/// Whole numbers of 64 bits; the join compares keys of any width.
Result<std::shared_ptr<arrow::Array>> Whole(const arrow::DoubleArray& doubles,
                                            const std::string& key,
                                            arrow::MemoryPool* memory) {
  arrow::Int64Builder builder(memory);
  RETURN_IF_ERROR(ToStatus(builder.Reserve(doubles.length()), ErrorCode::kInternal));
  for (int64_t row = 0; row < doubles.length(); ++row) {
    const double value = doubles.IsNull(row) ? std::nan("") : doubles.Value(row);
    if (std::isnan(value)) {
      builder.UnsafeAppendNull();
    } else if (value == std::trunc(value) && std::abs(value) <= kExactDouble) {
      builder.UnsafeAppend(static_cast<int64_t>(value));
    } else {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Entity column {} has the value {}, which is no whole number as the "
                               "table's keys are",
                               key, value));
    }
  }
  return ToResult(builder.Finish(), ErrorCode::kInternal);
}

Result<std::shared_ptr<arrow::Array>> Midnights(const arrow::Date32Array& dates,
                                                arrow::MemoryPool* memory) {
  arrow::TimestampBuilder builder(Instant(arrow::TimeUnit::MICRO), memory);
  RETURN_IF_ERROR(ToStatus(builder.Reserve(dates.length()), ErrorCode::kInternal));
  for (int64_t row = 0; row < dates.length(); ++row) {
    if (dates.IsNull(row)) {
      builder.UnsafeAppendNull();
      continue;
    }
    const int64_t day = dates.Value(row);
    if (std::abs(day) > kMaxDay) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Day {} since 1970 has no time in microseconds", day));
    }
    builder.UnsafeAppend(day * iceberg::kMicrosPerDay);
  }
  return ToResult(builder.Finish(), ErrorCode::kInternal);
}

}  // namespace

std::shared_ptr<arrow::Table> EntitiesOf(const arrow::Table& uploaded) {
  const arrow::Schema& schema = *uploaded.schema();
  if (schema.num_fields() == 1 && schema.field(0)->name() == "key" &&
      schema.field(0)->type()->id() == arrow::Type::STRING) {
    return nullptr;
  }
  arrow::FieldVector fields;
  std::vector<ColumnPtr> columns;
  for (int i = 0; i < schema.num_fields(); ++i) {
    if (!schema.field(i)->name().starts_with(kPandasIndex)) {
      fields.push_back(schema.field(i)->WithMetadata(nullptr));
      columns.push_back(uploaded.column(i));
    }
  }
  return arrow::Table::Make(arrow::schema(std::move(fields)), std::move(columns),
                            uploaded.num_rows());
}

Result<std::shared_ptr<arrow::Table>> WithFittingKey(std::shared_ptr<arrow::Table> frame,
                                                     const std::string& key,
                                                     const std::shared_ptr<arrow::DataType>& wanted,
                                                     arrow::MemoryPool* memory) {
  const int place = frame->schema()->GetFieldIndex(key);
  if (place < 0) {
    return frame;  // the join says what it lacks
  }
  const auto& column = frame->column(place);
  ColumnPtr fitting;
  if (column->type()->id() == arrow::Type::NA) {
    ASSIGN_OR_RETURN(auto nulls, ToResult(arrow::MakeArrayOfNull(wanted, column->length(), memory),
                                          ErrorCode::kInternal));
    fitting = std::make_shared<arrow::ChunkedArray>(std::move(nulls));
  } else if (column->type()->id() == arrow::Type::DOUBLE && arrow::is_integer(wanted->id())) {
    ASSIGN_OR_RETURN(fitting, EachChunk(*column, arrow::int64(), [&](const arrow::Array& chunk) {
                       return Whole(static_cast<const arrow::DoubleArray&>(chunk), key, memory);
                     }));
  } else {
    return frame;
  }
  auto field = arrow::field(key, fitting->type());
  return ToResult(frame->SetColumn(place, std::move(field), std::move(fitting)),
                  ErrorCode::kInternal);
}

Result<ColumnPtr> AsFeastReads(const ColumnPtr& column, arrow::MemoryPool* memory) {
  if (column->type()->id() != arrow::Type::DATE32) {
    return column;
  }
  return EachChunk(*column, Instant(arrow::TimeUnit::MICRO), [&](const arrow::Array& chunk) {
    return Midnights(static_cast<const arrow::Date32Array&>(chunk), memory);
  });
}

Result<ColumnPtr> AsInstants(const ColumnPtr& column, arrow::MemoryPool* memory) {
  if (column->type()->id() != arrow::Type::TIMESTAMP) {
    return AsFeastReads(column, memory);
  }
  const auto& type = static_cast<const arrow::TimestampType&>(*column->type());
  return ToResult(column->View(Instant(type.unit())), ErrorCode::kInternal);
}

Result<std::shared_ptr<arrow::Table>> WrittenAs(const arrow::Table& rows,
                                                const arrow::Schema& wanted,
                                                arrow::MemoryPool* memory) {
  arrow::FieldVector fields;
  std::vector<ColumnPtr> columns;
  for (int i = 0; i < rows.num_columns(); ++i) {
    ColumnPtr column = rows.column(i);
    const auto& type = wanted.field(i)->type();
    if (column->type()->id() == arrow::Type::NA) {
      ASSIGN_OR_RETURN(auto nulls, ToResult(arrow::MakeArrayOfNull(type, column->length(), memory),
                                            ErrorCode::kInternal));
      column = std::make_shared<arrow::ChunkedArray>(std::move(nulls));
    } else if (column->type()->id() == arrow::Type::TIMESTAMP &&
               type->id() == arrow::Type::TIMESTAMP) {
      const auto& here = static_cast<const arrow::TimestampType&>(*column->type());
      const auto& there = static_cast<const arrow::TimestampType&>(*type);
      ASSIGN_OR_RETURN(column,
                       ToResult(column->View(arrow::timestamp(here.unit(), there.timezone())),
                                ErrorCode::kInternal));
    }
    fields.push_back(arrow::field(rows.field(i)->name(), column->type()));
    columns.push_back(std::move(column));
  }
  return arrow::Table::Make(arrow::schema(std::move(fields)), std::move(columns), rows.num_rows());
}

}  // namespace firn::flight
