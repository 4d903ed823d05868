#include "features/join/event_times.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <arrow/array/builder_primitive.h>
#include <arrow/type.h>
#include <arrow/util/value_parsing.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"

namespace firn::features {
namespace {

__extension__ using Wide = __int128;

constexpr int64_t kDayNanos = int64_t{86'400} * 1'000'000'000;
constexpr int64_t kMilliNanos = 1'000'000;

/// Nanoseconds that one step of the type's values stands for; 0 where they are no times.
int64_t NanosOf(const arrow::DataType& type) {
  if (type.id() == arrow::Type::DATE32) {
    return kDayNanos;
  }
  if (type.id() == arrow::Type::DATE64) {
    return kMilliNanos;
  }
  if (type.id() != arrow::Type::TIMESTAMP) {
    return 0;
  }
  constexpr std::array<int64_t, 4> kNanos = {1'000'000'000, 1'000'000, 1'000, 1};
  return kNanos.at(static_cast<size_t>(static_cast<const arrow::TimestampType&>(type).unit()));
}

int64_t NanosOf(TimeUnit unit) { return unit == TimeUnit::kMicros ? 1'000 : 1; }

Error NoTimes(const arrow::DataType& type) {
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("A column of type {} holds no times", type.ToString()));
}

/// value * multiplier, kept within what is not kNoTime.
int64_t Multiplied(int64_t value, int64_t multiplier) {
  int64_t product = 0;
  if (!__builtin_mul_overflow(value, multiplier, &product)) {
    return std::max(product, kNoTime + 1);
  }
  return value < 0 ? kNoTime + 1 : std::numeric_limits<int64_t>::max();
}

int64_t RawValue(const arrow::Array& column, int64_t row) {
  return column.type_id() == arrow::Type::DATE32
             ? static_cast<const arrow::Date32Array&>(column).Value(row)
             : column.data()->GetValues<int64_t>(1)[row];
}

template <class T>
void Convert(const arrow::Array& column, int64_t from, int64_t to, std::vector<int64_t>& times) {
  const T* values = column.data()->GetValues<T>(1);
  if (from == to) {
    std::transform(values, values + times.size(), times.begin(),
                   [](T value) { return std::max(static_cast<int64_t>(value), kNoTime + 1); });
  } else if (from > to) {
    std::transform(values, values + times.size(), times.begin(),
                   [by = from / to](T value) { return Multiplied(value, by); });
  } else {
    std::transform(values, values + times.size(), times.begin(),
                   [by = to / from](T value) { return iceberg::FloorDiv(value, by); });
  }
}

std::optional<int64_t> Parse(std::string_view text, arrow::TimeUnit::type unit) {
  int64_t value = 0;
  bool has_zone = false;
  if (!arrow::internal::ParseTimestampISO8601(text.data(), text.size(), unit, &value, &has_zone)) {
    return std::nullopt;
  }
  return value;
}

/// The texts in one unit; nullopt where one does not fit it.
template <class Texts>
Result<std::optional<std::shared_ptr<arrow::Array>>> ParseAll(const Texts& texts,
                                                              arrow::TimeUnit::type unit) {
  arrow::TimestampBuilder builder(arrow::timestamp(unit, "UTC"), arrow::default_memory_pool());
  RETURN_IF_ERROR(columnar::ToStatus(builder.Reserve(texts.length()), ErrorCode::kInternal));
  for (int64_t row = 0; row < texts.length(); ++row) {
    if (texts.IsNull(row)) {
      builder.UnsafeAppendNull();
      continue;
    }
    std::optional<int64_t> value = Parse(texts.GetView(row), unit);
    if (!value) {
      return std::optional<std::shared_ptr<arrow::Array>>();
    }
    builder.UnsafeAppend(*value);
  }
  std::shared_ptr<arrow::Array> parsed;
  RETURN_IF_ERROR(columnar::ToStatus(builder.Finish(&parsed), ErrorCode::kInternal));
  return std::optional(std::move(parsed));
}

template <class Texts>
Result<std::shared_ptr<arrow::Array>> ParsedTexts(const Texts& texts) {
  for (arrow::TimeUnit::type unit : {arrow::TimeUnit::NANO, arrow::TimeUnit::MICRO}) {
    ASSIGN_OR_RETURN(auto parsed, ParseAll(texts, unit));
    if (parsed) {
      return *std::move(parsed);
    }
  }
  for (int64_t row = 0; row < texts.length(); ++row) {
    if (texts.IsValid(row) && !Parse(texts.GetView(row), arrow::TimeUnit::MICRO)) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Row {}: '{}' is no time", row, texts.GetView(row)));
    }
  }
  return Error(ErrorCode::kInternal, "Texts that are times could not be read as times");
}

}  // namespace

Result<TimeUnit> TimeUnitOf(const arrow::DataType& type) {
  const int64_t nanos = NanosOf(type);
  if (nanos == 0) {
    return NoTimes(type);
  }
  return nanos == 1 ? TimeUnit::kNanos : TimeUnit::kMicros;
}

Result<std::vector<int64_t>> TimesOf(const arrow::Array& column, TimeUnit unit) {
  const int64_t from = NanosOf(*column.type());
  if (from == 0) {
    return NoTimes(*column.type());
  }
  std::vector<int64_t> times(static_cast<size_t>(column.length()));
  if (column.type_id() == arrow::Type::DATE32) {
    Convert<int32_t>(column, from, NanosOf(unit), times);
  } else {
    Convert<int64_t>(column, from, NanosOf(unit), times);
  }
  if (column.null_count() > 0) {
    for (size_t row = 0; row < times.size(); ++row) {
      if (column.IsNull(static_cast<int64_t>(row))) {
        times[row] = kNoTime;
      }
    }
  }
  return times;
}

int64_t InUnit(int64_t micros, TimeUnit unit) {
  return micros == kNoTime ? kNoTime
                           : Multiplied(micros, NanosOf(TimeUnit::kMicros) / NanosOf(unit));
}

bool AreParsed(const arrow::DataType& type) {
  return type.id() == arrow::Type::STRING || type.id() == arrow::Type::LARGE_STRING ||
         type.id() == arrow::Type::STRING_VIEW;
}

Result<std::shared_ptr<arrow::Array>> ParsedTimes(const std::shared_ptr<arrow::Array>& column) {
  switch (column->type_id()) {
    case arrow::Type::STRING:
      return ParsedTexts(static_cast<const arrow::StringArray&>(*column));
    case arrow::Type::LARGE_STRING:
      return ParsedTexts(static_cast<const arrow::LargeStringArray&>(*column));
    case arrow::Type::STRING_VIEW:
      return ParsedTexts(static_cast<const arrow::StringViewArray&>(*column));
    default:
      return column;
  }
}

AgeLimit::AgeLimit(const arrow::Array& entity_times, TimeUnit feature_unit, int64_t ttl_us)
    : entity_times_(entity_times),
      entity_nanos_(NanosOf(*entity_times.type())),
      feature_nanos_(NanosOf(feature_unit)),
      ttl_us_(ttl_us) {}

bool AgeLimit::Allows(int64_t entity_row, int64_t feature_time) const {
  if (ttl_us_ == 0) {
    return true;
  }
  const Wide age = Wide{RawValue(entity_times_, entity_row)} * entity_nanos_ -
                   Wide{feature_time} * feature_nanos_;
  return age <= Wide{ttl_us_} * 1'000;
}

}  // namespace firn::features
