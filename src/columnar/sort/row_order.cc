#include "columnar/sort/row_order.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include <arrow/util/byte_size.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "columnar/kernels/field_path.h"
#include "columnar/kernels/take_rows.h"
#include "columnar/kernels/transform_array.h"
#include "columnar/schema/arrow_type.h"

namespace firn::columnar {
namespace {

constexpr uint64_t kSign = uint64_t{1} << 63;

uint64_t Flip(int64_t value) { return static_cast<uint64_t>(value) ^ kSign; }

uint64_t OfFloat(double value) {
  auto bits = std::bit_cast<uint64_t>(value);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

/// The rank of a float.
uint64_t WithOneNan(uint64_t rank) {
  using Limits = std::numeric_limits<double>;
  const bool is_number =
      OfFloat(-Limits::infinity()) <= rank && rank <= OfFloat(Limits::infinity());
  return is_number ? rank : OfFloat(Limits::quiet_NaN());
}

std::string_view BytesAt(const arrow::Array& values, int64_t row) {
  if (values.type_id() == arrow::Type::FIXED_SIZE_BINARY) {
    return static_cast<const arrow::FixedSizeBinaryArray&>(values).GetView(row);
  }
  return static_cast<const arrow::BinaryArray&>(values).GetView(row);
}

iceberg::Int128 DecimalAt(const arrow::Array& values, int64_t row) {
  iceberg::Int128 value;
  const auto& decimals = static_cast<const arrow::FixedSizeBinaryArray&>(values);
  std::memcpy(&value, decimals.GetValue(row), sizeof(value));
  return value;
}

struct RankedRow {
  uint64_t rank;
  int64_t row;
};

/// Orders like the value, as far as eight bytes can.
uint64_t PrefixOf(const arrow::Array& values, int64_t row) {
  switch (values.type_id()) {
    case arrow::Type::BOOL:
      return static_cast<const arrow::BooleanArray&>(values).Value(row) ? 1 : 0;
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
      return Flip(values.data()->GetValues<int32_t>(1)[row]);
    case arrow::Type::INT64:
    case arrow::Type::TIME64:
    case arrow::Type::TIMESTAMP:
      return Flip(values.data()->GetValues<int64_t>(1)[row]);
    case arrow::Type::FLOAT:
      return OfFloat(static_cast<double>(values.data()->GetValues<float>(1)[row]));
    case arrow::Type::DOUBLE:
      return OfFloat(values.data()->GetValues<double>(1)[row]);
    case arrow::Type::DECIMAL128:
      return Flip(static_cast<int64_t>(DecimalAt(values, row) >> 64));
    case arrow::Type::NA:
      return 0;
    default:
      break;
  }
  const std::string_view bytes = BytesAt(values, row);
  uint64_t prefix = 0;
  for (size_t i = 0; i < sizeof(prefix); ++i) {
    prefix = prefix << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0);
  }
  return prefix;
}

/// Of values whose prefixes are equal.
std::weak_ordering CompareRest(const arrow::Array& a,
                               int64_t row_a,
                               const arrow::Array& b,
                               int64_t row_b) {
  switch (a.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
    case arrow::Type::FIXED_SIZE_BINARY:
      return BytesAt(a, row_a) <=> BytesAt(b, row_b);
    case arrow::Type::DECIMAL128:
      return DecimalAt(a, row_a) <=> DecimalAt(b, row_b);
    default:
      return std::weak_ordering::equivalent;
  }
}

/// The numbers of the batch's rows in their order; none where they are in order.
Result<std::vector<int64_t>> SortedNumbers(const arrow::RecordBatch& batch, const RowOrder& order) {
  ASSIGN_OR_RETURN(const SortKeys keys, order.KeysOf(batch));
  std::vector<RankedRow> ranked(static_cast<size_t>(batch.num_rows()));
  for (size_t i = 0; i < ranked.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    ranked[i] = {keys.Rank(row), row};
  }
  auto before = [&keys](const RankedRow& a, const RankedRow& b) {
    if (a.rank != b.rank) {
      return a.rank < b.rank;
    }
    const std::weak_ordering rest = keys.Compare(a.row, keys, b.row);
    return rest == 0 ? a.row < b.row : rest < 0;
  };
  if (std::ranges::is_sorted(ranked, before)) {
    return std::vector<int64_t>();
  }
  std::ranges::sort(ranked, before);
  std::vector<int64_t> rows(ranked.size());
  std::ranges::transform(ranked, rows.begin(), &RankedRow::row);
  return rows;
}

}  // namespace

SortKey::SortKey(std::shared_ptr<arrow::Array> values, const iceberg::SortField& order, Nans nans)
    : values_(std::move(values)),
      descending_(order.direction == iceberg::SortDirection::kDescending),
      nulls_first_(order.null_order == iceberg::NullOrder::kNullsFirst) {
  ranks_.resize(static_cast<size_t>(values_->length()));
  const uint64_t of_null = nulls_first_ ? 0 : std::numeric_limits<uint64_t>::max();
  const bool one_nan = nans == Nans::kOneValue && (values_->type_id() == arrow::Type::FLOAT ||
                                                   values_->type_id() == arrow::Type::DOUBLE);
  for (size_t i = 0; i < ranks_.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    if (values_->IsNull(row)) {
      ranks_[i] = of_null;
    } else {
      uint64_t prefix = PrefixOf(*values_, row);
      prefix = one_nan ? WithOneNan(prefix) : prefix;
      ranks_[i] = descending_ ? ~prefix : prefix;
    }
  }
}

std::weak_ordering SortKey::CompareEqualRanks(int64_t row,
                                              const SortKey& other,
                                              int64_t other_row) const {
  const bool is_null = values_->IsNull(row);
  const bool other_null = other.values_->IsNull(other_row);
  if (is_null || other_null) {
    // False comes first.
    return nulls_first_ ? !is_null <=> !other_null : is_null <=> other_null;
  }
  const std::weak_ordering order = CompareRest(*values_, row, *other.values_, other_row);
  return descending_ ? 0 <=> order : order;
}

std::weak_ordering SortKeys::Compare(int64_t row, const SortKeys& other, int64_t other_row) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    const std::weak_ordering order = columns_[i].Compare(row, other.columns_[i], other_row);
    if (order != 0) {
      return order;
    }
  }
  return std::weak_ordering::equivalent;
}

Result<RowOrder> RowOrder::Make(std::span<const iceberg::SortField> fields,
                                const iceberg::Schema& schema,
                                std::span<const iceberg::SortField> groups) {
  RowOrder order;
  RETURN_IF_ERROR(order.Add(groups, schema, Nans::kOneValue));
  RETURN_IF_ERROR(order.Add(fields, schema, Nans::kByBits));
  return order;
}

Status RowOrder::Add(std::span<const iceberg::SortField> fields,
                     const iceberg::Schema& schema,
                     Nans nans) {
  auto arrow_schema = ArrowSchemaOf(schema);
  for (const iceberg::SortField& field : fields) {
    const iceberg::NestedField* source = schema.FindField(field.source_id);
    std::vector<int> path = PathTo(arrow_schema->fields(), field.source_id);
    if (source == nullptr || path.empty()) {
      return InvalidArgument(
          fmt::format("The sort order's column {} is not in the schema", field.source_id.value()));
    }
    fields_.push_back({field, nans, source->type, std::move(path)});
  }
  return {};
}

Result<int64_t> RowOrder::MemoryOf(const arrow::RecordBatch& batch) const {
  ASSIGN_OR_RETURN(const int64_t bytes,
                   ToResult(arrow::util::ReferencedBufferSize(batch), ErrorCode::kInternal));
  const auto ranks = static_cast<int64_t>(fields_.size() * sizeof(uint64_t));
  return bytes + batch.num_rows() * (ranks + static_cast<int64_t>(sizeof(RankedRow)));
}

Result<SortKeys> RowOrder::KeysOf(const arrow::RecordBatch& batch) const {
  std::vector<SortKey> columns;
  for (const Field& field : fields_) {
    ASSIGN_OR_RETURN(auto column, ColumnAt(batch, field.path));
    ASSIGN_OR_RETURN(auto values, TransformArray(field.order.transform, field.source_type, column,
                                                 OutOfRange::kRefuse));
    columns.emplace_back(std::move(values), field.order, field.nans);
  }
  return SortKeys(std::move(columns));
}

Result<std::shared_ptr<arrow::RecordBatch>> SortRows(
    const std::shared_ptr<arrow::RecordBatch>& batch,
    const RowOrder& order,
    arrow::MemoryPool* memory) {
  ASSIGN_OR_RETURN(const std::vector<int64_t> rows, SortedNumbers(*batch, order));
  return rows.empty() ? batch : TakeRows(batch, rows, memory);
}

}  // namespace firn::columnar
