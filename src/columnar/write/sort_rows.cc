#include "columnar/write/sort_rows.h"

#include <algorithm>
#include <bit>
#include <compare>
#include <cstring>
#include <numeric>
#include <string_view>
#include <utility>

#include <arrow/builder.h>
#include <arrow/compute/api_vector.h>
#include <arrow/datum.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "columnar/kernels/field_path.h"
#include "columnar/kernels/transform_array.h"
#include "columnar/schema/arrow_type.h"

namespace firn::columnar {
namespace {

constexpr uint64_t kSign = uint64_t{1} << 63;

/// A sort column as numbers that order like its values, as far as eight bytes can.
class SortKey {
 public:
  SortKey(std::shared_ptr<arrow::Array> values, const iceberg::SortField& order)
      : values_(std::move(values)),
        descending_(order.direction == iceberg::SortDirection::kDescending),
        nulls_first_(order.null_order == iceberg::NullOrder::kNullsFirst) {
    prefixes_.resize(static_cast<size_t>(values_->length()));
    for (size_t row = 0; row < prefixes_.size(); ++row) {
      prefixes_[row] = PrefixOf(static_cast<int64_t>(row));
    }
  }

  std::weak_ordering Compare(int64_t a, int64_t b) const {
    bool null_a = values_->IsNull(a);
    if (null_a || values_->IsNull(b)) {
      // False comes first.
      return nulls_first_ ? !null_a <=> !values_->IsNull(b) : null_a <=> values_->IsNull(b);
    }
    std::weak_ordering order =
        prefixes_[static_cast<size_t>(a)] <=> prefixes_[static_cast<size_t>(b)];
    if (order == 0 && is_bytes_) {
      order = BytesAt(a) <=> BytesAt(b);
    } else if (order == 0 && is_decimal_) {
      order = DecimalAt(a) <=> DecimalAt(b);
    }
    return descending_ ? 0 <=> order : order;
  }

 private:
  static uint64_t Flip(int64_t value) { return static_cast<uint64_t>(value) ^ kSign; }

  static uint64_t OfFloat(double value) {
    auto bits = std::bit_cast<uint64_t>(value);
    return (bits & kSign) != 0 ? ~bits : bits | kSign;
  }

  std::string_view BytesAt(int64_t row) const {
    if (values_->type_id() == arrow::Type::FIXED_SIZE_BINARY) {
      return static_cast<const arrow::FixedSizeBinaryArray&>(*values_).GetView(row);
    }
    return static_cast<const arrow::BinaryArray&>(*values_).GetView(row);
  }

  iceberg::Int128 DecimalAt(int64_t row) const {
    iceberg::Int128 value;
    const auto& decimals = static_cast<const arrow::FixedSizeBinaryArray&>(*values_);
    std::memcpy(&value, decimals.GetValue(row), sizeof(value));
    return value;
  }

  uint64_t PrefixOf(int64_t row) {
    switch (values_->type_id()) {
      case arrow::Type::BOOL:
        return static_cast<const arrow::BooleanArray&>(*values_).Value(row) ? 1 : 0;
      case arrow::Type::INT32:
      case arrow::Type::DATE32:
        return Flip(values_->data()->GetValues<int32_t>(1)[row]);
      case arrow::Type::INT64:
      case arrow::Type::TIME64:
      case arrow::Type::TIMESTAMP:
        return Flip(values_->data()->GetValues<int64_t>(1)[row]);
      case arrow::Type::FLOAT:
        return OfFloat(static_cast<double>(values_->data()->GetValues<float>(1)[row]));
      case arrow::Type::DOUBLE:
        return OfFloat(values_->data()->GetValues<double>(1)[row]);
      case arrow::Type::DECIMAL128:
        is_decimal_ = true;
        return Flip(static_cast<int64_t>(DecimalAt(row) >> 64));
      case arrow::Type::NA:
        return 0;
      default:
        break;
    }
    is_bytes_ = true;
    std::string_view bytes = values_->IsNull(row) ? std::string_view() : BytesAt(row);
    uint64_t prefix = 0;
    for (size_t i = 0; i < sizeof(prefix); ++i) {
      prefix = prefix << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0);
    }
    return prefix;
  }

  std::shared_ptr<arrow::Array> values_;
  bool descending_;
  bool nulls_first_;
  bool is_bytes_ = false;
  bool is_decimal_ = false;
  std::vector<uint64_t> prefixes_;
};

}  // namespace

Result<RowSorter> RowSorter::Make(const iceberg::SortOrder& order, const iceberg::Schema& schema) {
  RowSorter sorter;
  auto arrow_schema = ArrowSchemaOf(schema);
  for (const iceberg::SortField& field : order.fields) {
    const iceberg::NestedField* source = schema.FindField(field.source_id);
    std::vector<int> path = PathTo(arrow_schema->fields(), field.source_id);
    if (source == nullptr || path.empty()) {
      return Error(
          ErrorCode::kInvalidArgument,
          fmt::format("The sort order's column {} is not in the schema", field.source_id.value()));
    }
    sorter.fields_.push_back({field, source->type, std::move(path)});
  }
  return sorter;
}

Result<std::shared_ptr<arrow::RecordBatch>> RowSorter::Sort(
    const std::shared_ptr<arrow::RecordBatch>& batch) const {
  std::vector<SortKey> keys;
  for (const Field& field : fields_) {
    ASSIGN_OR_RETURN(auto column, ColumnAt(*batch, field.path));
    ASSIGN_OR_RETURN(auto values, TransformArray(field.order.transform, field.source_type, column,
                                                 OutOfRange::kRefuse));
    keys.emplace_back(std::move(values), field.order);
  }
  auto before = [&keys](int64_t a, int64_t b) {
    for (const SortKey& key : keys) {
      std::weak_ordering order = key.Compare(a, b);
      if (order != 0) {
        return order < 0;
      }
    }
    return false;
  };
  std::vector<int64_t> rows(static_cast<size_t>(batch->num_rows()));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  if (std::is_sorted(rows.begin(), rows.end(), before)) {
    return batch;
  }
  std::stable_sort(rows.begin(), rows.end(), before);
  arrow::Int64Builder builder;
  RETURN_IF_ERROR(ToStatus(builder.AppendValues(rows), ErrorCode::kInternal));
  ASSIGN_OR_RETURN(auto indices, ToResult(builder.Finish(), ErrorCode::kInternal));
  ASSIGN_OR_RETURN(
      arrow::Datum taken,
      ToResult(arrow::compute::Take(batch, indices, arrow::compute::TakeOptions::NoBoundsCheck()),
               ErrorCode::kInternal));
  return taken.record_batch();
}

}  // namespace firn::columnar
