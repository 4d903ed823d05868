#include "columnar/kernels/transform_array.h"

#include <bit>
#include <limits>
#include <string_view>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <arrow/util/bitmap_ops.h>
#include <fmt/format.h>

#include "base/murmur3.h"
#include "columnar/io/arrow_status.h"
#include "columnar/kernels/literal_array.h"
#include "columnar/schema/arrow_type.h"
#include "iceberg/schema/civil_time.h"
#include "iceberg/schema/transform_value.h"
#include "iceberg/schema/type_text.h"

namespace firn::columnar {
namespace {

using iceberg::Transform;
using iceberg::TransformKind;
using iceberg::Type;
using iceberg::TypeId;
using ArrayPtr = std::shared_ptr<arrow::Array>;

constexpr int64_t kMicrosPerHour = 3'600'000'000;
constexpr int64_t kNanosPerMicro = 1000;

bool IsNanos(TypeId id) { return id == TypeId::kTimestampNs || id == TypeId::kTimestampTzNs; }

bool IsTimestamp(TypeId id) {
  return IsNanos(id) || id == TypeId::kTimestamp || id == TypeId::kTimestampTz;
}

bool IsNarrow(TypeId id) { return id == TypeId::kInt || id == TypeId::kDate; }

bool IsWide(TypeId id) { return id == TypeId::kLong || id == TypeId::kTime || IsTimestamp(id); }

/// Murmur3 of the eight little-endian bytes of a long, seed 0.
int32_t HashLong(int64_t value) {
  constexpr uint32_t kFirst = 0xcc9e2d51;
  constexpr uint32_t kSecond = 0x1b873593;
  uint32_t hash = 0;
  auto mix = [&hash](uint32_t block) {
    hash ^= std::rotl(block * kFirst, 15) * kSecond;
    hash = std::rotl(hash, 13) * 5 + 0xe6546b64;
  };
  mix(static_cast<uint32_t>(value));
  mix(static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32));
  hash ^= 8;
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
  return static_cast<int32_t>(hash ^ (hash >> 16));
}

Result<std::shared_ptr<arrow::Buffer>> ValidityOf(const arrow::Array& array) {
  if (array.null_count() == 0) {
    return std::shared_ptr<arrow::Buffer>();
  }
  return ToResult(
      arrow::internal::CopyBitmap(arrow::default_memory_pool(), array.null_bitmap_data(),
                                  array.offset(), array.length()),
      ErrorCode::kInternal);
}

/// A column of `Out` with the nulls of `array`; `each(row)` gives values, also below nulls.
template <class Out, class Each>
Result<ArrayPtr> Map(const arrow::Array& array,
                     const std::shared_ptr<arrow::DataType>& type,
                     Each&& each) {
  ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> validity, ValidityOf(array));
  ASSIGN_OR_RETURN(auto buffer, ToResult(arrow::AllocateBuffer(array.length() *
                                                               static_cast<int64_t>(sizeof(Out))),
                                         ErrorCode::kInternal));
  Out* out = reinterpret_cast<Out*>(buffer->mutable_data());
  for (int64_t row = 0; row < array.length(); ++row) {
    out[row] = each(row);
  }
  return arrow::MakeArray(arrow::ArrayData::Make(
      type, array.length(),
      {std::move(validity), std::shared_ptr<arrow::Buffer>(std::move(buffer))},
      array.null_count()));
}

/// nullptr where the type has no kernel of its own.
Result<ArrayPtr> BucketFast(const Type& source, const arrow::Array& array, int32_t count) {
  auto bucket = [count](int32_t hash) {
    return (hash & std::numeric_limits<int32_t>::max()) % count;
  };
  if (IsNarrow(source.id())) {
    const auto* values = array.data()->GetValues<int32_t>(1);
    return Map<int32_t>(array, arrow::int32(),
                        [=](int64_t row) { return bucket(HashLong(values[row])); });
  }
  if (IsWide(source.id())) {
    const auto* values = array.data()->GetValues<int64_t>(1);
    int64_t divisor = IsNanos(source.id()) ? kNanosPerMicro : 1;
    return Map<int32_t>(array, arrow::int32(), [=](int64_t row) {
      int64_t value = divisor == 1 ? values[row] : iceberg::FloorDiv(values[row], divisor);
      return bucket(HashLong(value));
    });
  }
  if (source.id() == TypeId::kString || source.id() == TypeId::kBinary) {
    const auto& texts = static_cast<const arrow::BinaryArray&>(array);
    return Map<int32_t>(array, arrow::int32(), [&texts, &bucket](int64_t row) {
      return bucket(static_cast<int32_t>(Murmur3(texts.GetView(row))));
    });
  }
  return ArrayPtr();
}

template <class Int>
Int Truncated(Int value, int64_t width) {
  int64_t remainder = ((value % width) + width) % width;
  using Unsigned = std::make_unsigned_t<Int>;
  return static_cast<Int>(static_cast<Unsigned>(value) - static_cast<Unsigned>(remainder));
}

Result<ArrayPtr> TruncateFast(const Type& source, const arrow::Array& array, int32_t width) {
  if (source.id() == TypeId::kInt) {
    const auto* values = array.data()->GetValues<int32_t>(1);
    return Map<int32_t>(array, array.type(),
                        [=](int64_t row) { return Truncated(values[row], width); });
  }
  if (source.id() == TypeId::kLong) {
    const auto* values = array.data()->GetValues<int64_t>(1);
    return Map<int64_t>(array, array.type(),
                        [=](int64_t row) { return Truncated(values[row], width); });
  }
  return ArrayPtr();
}

/// year, month and day of timestamps and dates, which never outgrow an int but for years of
/// dates; hour of timestamps where it fits.
Result<ArrayPtr> TimeFast(TransformKind kind, const Type& source, const arrow::Array& array) {
  if (kind == TransformKind::kHour || !IsTimestamp(source.id())) {
    return ArrayPtr();
  }
  auto type = kind == TransformKind::kDay ? arrow::date32() : arrow::int32();
  int64_t units = kMicrosPerHour * 24 * (IsNanos(source.id()) ? kNanosPerMicro : 1);
  const auto* values = array.data()->GetValues<int64_t>(1);
  return Map<int32_t>(array, type, [=](int64_t row) {
    int64_t days = iceberg::FloorDiv(values[row], units);
    if (kind == TransformKind::kDay) {
      return static_cast<int32_t>(days);
    }
    iceberg::CivilDate date = iceberg::CivilFromDays(days);
    int64_t years = date.year - 1970;
    return static_cast<int32_t>(kind == TransformKind::kYear ? years : years * 12 + date.month - 1);
  });
}

Result<ArrayPtr> ByValue(const Transform& transform,
                         const iceberg::TypePtr& source,
                         const arrow::Array& array,
                         OutOfRange out_of_range) {
  iceberg::TypePtr result = transform.ResultType(source);
  ASSIGN_OR_RETURN(auto builder,
                   ToResult(arrow::MakeBuilder(ArrowTypeOf(*result)), ErrorCode::kInternal));
  for (int64_t row = 0; row < array.length(); ++row) {
    auto value = LiteralAt(array, *source, row);
    if (value) {
      auto transformed = iceberg::ApplyTransform(transform, *source, *value);
      if (!transformed.has_value() && out_of_range == OutOfRange::kRefuse) {
        return std::move(transformed).error();
      }
      value = transformed.has_value() ? *std::move(transformed) : std::nullopt;
    }
    ASSIGN_OR_RETURN(auto scalar, ScalarOf(*result, value));
    RETURN_IF_ERROR(ToStatus(builder->AppendScalar(*scalar), ErrorCode::kInternal));
  }
  return ToResult(builder->Finish(), ErrorCode::kInternal);
}

}  // namespace

Result<ArrayPtr> TransformArray(const Transform& transform,
                                const iceberg::TypePtr& source,
                                const ArrayPtr& array,
                                OutOfRange out_of_range) {
  if (!transform.CanTransform(*source) || transform.kind() == TransformKind::kUnknown) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Invalid source type {} for transform: {}", iceberg::ToString(*source),
                             transform.ToString()));
  }
  ArrayPtr fast;
  switch (transform.kind()) {
    case TransformKind::kIdentity:
      return array;
    case TransformKind::kVoid:
      return ToResult(arrow::MakeArrayOfNull(array->type(), array->length()), ErrorCode::kInternal);
    case TransformKind::kBucket: {
      ASSIGN_OR_RETURN(fast, BucketFast(*source, *array, transform.parameter()));
      break;
    }
    case TransformKind::kTruncate: {
      ASSIGN_OR_RETURN(fast, TruncateFast(*source, *array, transform.parameter()));
      break;
    }
    default: {
      ASSIGN_OR_RETURN(fast, TimeFast(transform.kind(), *source, *array));
      break;
    }
  }
  return fast != nullptr ? fast : ByValue(transform, source, *array, out_of_range);
}

}  // namespace firn::columnar
