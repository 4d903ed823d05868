#include "columnar/kernels/convert_array.h"

#include <limits>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <arrow/compute/cast.h>
#include <arrow/extension_type.h>
#include <arrow/util/bitmap_ops.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "iceberg/schema/civil_time.h"

namespace firn::columnar {
namespace {

using iceberg::TypeId;
using ArrayPtr = std::shared_ptr<arrow::Array>;

constexpr int64_t kSecondsPerDay = 86'400;

bool IsText(arrow::Type::type id) {
  return id == arrow::Type::STRING || id == arrow::Type::LARGE_STRING ||
         id == arrow::Type::STRING_VIEW;
}

bool IsBytes(arrow::Type::type id) {
  return id == arrow::Type::BINARY || id == arrow::Type::LARGE_BINARY ||
         id == arrow::Type::BINARY_VIEW;
}

bool FitsInt(arrow::Type::type id) {
  return id == arrow::Type::INT8 || id == arrow::Type::INT16 || id == arrow::Type::INT32 ||
         id == arrow::Type::UINT8 || id == arrow::Type::UINT16;
}

bool FitsLong(arrow::Type::type id) {
  return FitsInt(id) || id == arrow::Type::INT64 || id == arrow::Type::UINT32 ||
         id == arrow::Type::UINT64;
}

bool FitsFloat(arrow::Type::type id) {
  return id == arrow::Type::HALF_FLOAT || id == arrow::Type::FLOAT;
}

bool FitsTimestamp(const arrow::DataType& from, TypeId to, ConversionUse use) {
  bool wants_zone = to == TypeId::kTimestampTz || to == TypeId::kTimestampTzNs;
  if (from.id() == arrow::Type::DATE32) {
    return !wants_zone;
  }
  if (from.id() != arrow::Type::TIMESTAMP) {
    return false;
  }
  bool has_zone = !static_cast<const arrow::TimestampType&>(from).timezone().empty();
  return use == ConversionUse::kRead || has_zone == wants_zone;
}

bool FitsDecimal(const arrow::DataType& from, const iceberg::Type& to) {
  if (!arrow::is_decimal(from.id())) {
    return false;
  }
  const auto& decimal = static_cast<const arrow::DecimalType&>(from);
  return decimal.scale() == to.scale() && decimal.precision() <= to.precision();
}

bool HasWidth(const arrow::DataType& from, int32_t bytes) {
  return from.id() == arrow::Type::FIXED_SIZE_BINARY &&
         static_cast<const arrow::FixedSizeBinaryType&>(from).byte_width() == bytes;
}

/// Units of a type in a second; 0 where it does not measure time.
int64_t UnitsPerSecond(const arrow::DataType& type) {
  arrow::TimeUnit::type unit;
  switch (type.id()) {
    case arrow::Type::DATE64:
      return 1000;
    case arrow::Type::TIME32:
    case arrow::Type::TIME64:
      unit = static_cast<const arrow::TimeType&>(type).unit();
      break;
    case arrow::Type::TIMESTAMP:
      unit = static_cast<const arrow::TimestampType&>(type).unit();
      break;
    default:
      return 0;
  }
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return 1;
    case arrow::TimeUnit::MILLI:
      return 1000;
    case arrow::TimeUnit::MICRO:
      return 1'000'000;
    case arrow::TimeUnit::NANO:
      return 1'000'000'000;
  }
  return 0;
}

/// value * multiplier, or floored value / divisor; one of the two is 1.
struct Scale {
  int64_t multiplier = 1;
  int64_t divisor = 1;
};

template <class From, class To>
Result<ArrayPtr> Rescale(const arrow::Array& array,
                         const Scale& scale,
                         const std::shared_ptr<arrow::DataType>& to) {
  auto buffer = arrow::AllocateBuffer(array.length() * static_cast<int64_t>(sizeof(To)));
  if (!buffer.ok()) {
    return FromArrow(buffer.status(), ErrorCode::kInternal);
  }
  const From* values = array.data()->GetValues<From>(1);
  To* out = reinterpret_cast<To*>((*buffer)->mutable_data());
  bool overflow = false;
  for (int64_t i = 0; i < array.length(); ++i) {
    int64_t value = values[i];
    if (scale.divisor != 1) {
      value = iceberg::FloorDiv(value, scale.divisor);
    } else if (__builtin_mul_overflow(value, scale.multiplier, &value)) [[unlikely]] {
      overflow = overflow || array.IsValid(i);
    }
    out[i] = static_cast<To>(value);
    if (out[i] != value) [[unlikely]] {
      overflow = overflow || array.IsValid(i);
    }
  }
  if (overflow) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("A value of type {} is out of the range of {}",
                             array.type()->ToString(), to->ToString()));
  }
  std::shared_ptr<arrow::Buffer> validity;
  if (array.null_count() > 0) {
    ASSIGN_OR_RETURN(validity, ToResult(arrow::internal::CopyBitmap(arrow::default_memory_pool(),
                                                                    array.null_bitmap_data(),
                                                                    array.offset(), array.length()),
                                        ErrorCode::kInternal));
  }
  return arrow::MakeArray(arrow::ArrayData::Make(
      to, array.length(), {std::move(validity), *std::move(buffer)}, array.null_count()));
}

/// Between types that count time; nullptr where the two do not.
Result<ArrayPtr> ConvertTime(const arrow::Array& array,
                             const std::shared_ptr<arrow::DataType>& to) {
  const arrow::DataType& from = *array.type();
  if (to->id() == arrow::Type::DATE32 && from.id() == arrow::Type::DATE64) {
    return Rescale<int64_t, int32_t>(array, {.divisor = kSecondsPerDay * 1000}, to);
  }
  int64_t target = UnitsPerSecond(*to);
  if (from.id() == arrow::Type::DATE32 && target != 0) {
    return Rescale<int32_t, int64_t>(array, {.multiplier = kSecondsPerDay * target}, to);
  }
  int64_t source = UnitsPerSecond(from);
  if (source == 0 || target == 0) {
    return ArrayPtr();
  }
  Scale scale =
      source > target ? Scale{.divisor = source / target} : Scale{.multiplier = target / source};
  if (from.id() == arrow::Type::TIME32) {
    return Rescale<int32_t, int64_t>(array, scale, to);
  }
  if (source == target) {
    return arrow::MakeArray(array.data()->Copy());
  }
  return Rescale<int64_t, int64_t>(array, scale, to);
}

}  // namespace

bool CanConvert(const arrow::DataType& from, const iceberg::Type& to, ConversionUse use) {
  arrow::Type::type id = from.id();
  if (id == arrow::Type::DICTIONARY) {
    return CanConvert(*static_cast<const arrow::DictionaryType&>(from).value_type(), to, use);
  }
  if (id == arrow::Type::EXTENSION) {
    return CanConvert(*static_cast<const arrow::ExtensionType&>(from).storage_type(), to, use);
  }
  if (id == arrow::Type::NA) {
    return true;
  }
  bool reads = use == ConversionUse::kRead;
  switch (to.id()) {
    case TypeId::kBoolean:
      return id == arrow::Type::BOOL;
    case TypeId::kInt:
      return FitsInt(id);
    case TypeId::kLong:
      return FitsLong(id);
    case TypeId::kFloat:
      return FitsFloat(id);
    case TypeId::kDouble:
      return FitsFloat(id) || id == arrow::Type::DOUBLE;
    case TypeId::kDecimal:
      return FitsDecimal(from, to);
    case TypeId::kDate:
      return id == arrow::Type::DATE32 || id == arrow::Type::DATE64;
    case TypeId::kTime:
      return id == arrow::Type::TIME32 || id == arrow::Type::TIME64;
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return FitsTimestamp(from, to.id(), use);
    case TypeId::kString:
      return IsText(id) || (reads && IsBytes(id));
    case TypeId::kBinary:
    case TypeId::kGeometry:
    case TypeId::kGeography:
      return IsBytes(id) || (reads && IsText(id));
    case TypeId::kUuid:
      return HasWidth(from, 16);
    case TypeId::kFixed:
      return HasWidth(from, to.length());
    default:
      return false;
  }
}

Result<ArrayPtr> ConvertLeaf(const ArrayPtr& array, const std::shared_ptr<arrow::DataType>& to) {
  if (array->type()->Equals(*to)) {
    return array;
  }
  if (array->type_id() == arrow::Type::EXTENSION) {
    return ConvertLeaf(static_cast<const arrow::ExtensionArray&>(*array).storage(), to);
  }
  if (array->type_id() == arrow::Type::NA) {
    return ToResult(arrow::MakeArrayOfNull(to, array->length()), ErrorCode::kInternal);
  }
  if (array->type_id() == arrow::Type::DICTIONARY) {
    const auto& type = static_cast<const arrow::DictionaryType&>(*array->type());
    ASSIGN_OR_RETURN(ArrayPtr plain, ToResult(arrow::compute::Cast(*array, type.value_type()),
                                              ErrorCode::kInvalidArgument));
    return ConvertLeaf(plain, to);
  }
  ASSIGN_OR_RETURN(ArrayPtr time, ConvertTime(*array, to));
  if (time != nullptr) {
    if (time->type()->Equals(*to)) {
      return time;
    }
    auto data = time->data()->Copy();
    data->type = to;
    return arrow::MakeArray(std::move(data));
  }
  return ToResult(arrow::compute::Cast(*array, to), ErrorCode::kInvalidArgument);
}

}  // namespace firn::columnar
