#include "checksum.h"

#include <bit>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/array.h>
#include <arrow/compute/cast.h>
#include <zlib.h>

#include "columnar/io/arrow_status.h"

namespace firn::bench {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;

constexpr uint64_t kNull = 0xD1B54A32D192ED03;
constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15;
constexpr int kFold = 29;

/// Over a row's values, from `row` 0 on.
uint64_t Mix(uint64_t row, uint64_t value) {
  const uint64_t mixed = (row ^ value) * kMultiplier;
  return mixed ^ (mixed >> kFold);
}

uint64_t BitsOf(int64_t value) { return static_cast<uint64_t>(value); }
uint64_t BitsOf(double value) { return std::bit_cast<uint64_t>(value); }
uint64_t BitsOf(bool value) { return value ? 1 : 0; }
uint64_t BitsOf(std::string_view text) {
  return crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
}

template <class Array>
void MixColumn(const arrow::Array& array, std::vector<uint64_t>& rows) {
  const auto& values = static_cast<const Array&>(array);
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    rows[i] = Mix(rows[i], values.IsNull(row) ? kNull : BitsOf(values.GetView(row)));
  }
}

/// To one of the types that have a loop.
Result<ArrayPtr> Widened(const ArrayPtr& array) {
  const arrow::Type::type id = array->type_id();
  if (id == arrow::Type::TIMESTAMP || id == arrow::Type::TIME64) {
    return columnar::ToResult(array->View(arrow::int64()));
  }
  if (id == arrow::Type::DATE32) {
    ASSIGN_OR_RETURN(ArrayPtr days, columnar::ToResult(array->View(arrow::int32())));
    return Widened(days);
  }
  if (id == arrow::Type::INT32) {
    return columnar::ToResult(arrow::compute::Cast(*array, arrow::int64()));
  }
  if (id == arrow::Type::DECIMAL128) {
    return columnar::ToResult(arrow::compute::Cast(*array, arrow::float64()));
  }
  return array;
}

}  // namespace

Status Checksum::Add(const arrow::RecordBatch& batch) {
  std::vector<uint64_t> rows(static_cast<size_t>(batch.num_rows()), 0);
  for (const ArrayPtr& column : batch.columns()) {
    ASSIGN_OR_RETURN(ArrayPtr array, Widened(column));
    switch (array->type_id()) {
      case arrow::Type::INT64:
        MixColumn<arrow::Int64Array>(*array, rows);
        break;
      case arrow::Type::DOUBLE:
        MixColumn<arrow::DoubleArray>(*array, rows);
        break;
      case arrow::Type::BOOL:
        MixColumn<arrow::BooleanArray>(*array, rows);
        break;
      case arrow::Type::STRING:
        MixColumn<arrow::StringArray>(*array, rows);
        break;
      default:
        return Error(ErrorCode::kInvalidArgument,
                     "No checksum for the type " + array->type()->ToString());
    }
  }
  rows_ += batch.num_rows();
  sum_ = std::accumulate(rows.begin(), rows.end(), sum_);
  return {};
}

}  // namespace firn::bench
