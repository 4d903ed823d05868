#include "features/join/view_filter.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace firn::features {
namespace {

using iceberg::Compare;
using iceberg::Constant;
using iceberg::Expression;
using iceberg::Literal;
using iceberg::NestedField;
using iceberg::Operation;
using iceberg::TypeId;

constexpr int64_t kDayMicros = int64_t{86'400} * 1'000'000;
constexpr int64_t kMicroNanos = 1'000;

int64_t Minus(int64_t a, int64_t b) {
  int64_t difference = 0;
  return __builtin_sub_overflow(a, b, &difference) ? kNoTime + 1 : difference;
}

int64_t FlooredQuotient(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

/// `time`, in `slot_unit`, floored to a value of the column.
Constant TimeConstant(const ViewSchema& schema, int64_t time) {
  if (schema.slot_unit == TimeUnit::kNanos && schema.unit == TimeUnit::kMicros) {
    time = FlooredQuotient(time, kMicroNanos);
  }
  const iceberg::TypePtr& type = schema.timestamp.type;
  if (type->id() != TypeId::kDate) {
    return {type, Literal(time)};
  }
  const int64_t days = FlooredQuotient(time, kDayMicros);
  return {type,
          Literal(static_cast<int32_t>(std::clamp<int64_t>(
              days, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max())))};
}

Expression TimeFilter(const JoinView& view, const ViewSchema& schema, const EntityIndex& entities) {
  const int64_t ttl = schema.slot_unit == TimeUnit::kNanos &&
                              view.ttl_us > std::numeric_limits<int64_t>::max() / kMicroNanos
                          ? std::numeric_limits<int64_t>::max()
                          : view.ttl_us * (schema.slot_unit == TimeUnit::kNanos ? kMicroNanos : 1);
  Expression filter = Compare(Operation::kLtEq, iceberg::Column(schema.timestamp.id),
                              TimeConstant(schema, entities.latest_time()));
  if (view.ttl_us == 0) {
    return filter;
  }
  Constant first = TimeConstant(schema, Minus(entities.earliest_time(), ttl));
  return Expression::And(
      std::move(filter),
      Compare(Operation::kGtEq, iceberg::Column(schema.timestamp.id), std::move(first)));
}

bool IsInteger(const NestedField& field) {
  return field.type->id() == TypeId::kInt || field.type->id() == TypeId::kLong;
}

Expression ListedKeys(const NestedField& key, const KeyIndex& keys) {
  std::vector<Constant> constants;
  for (size_t number = 0; number < keys.size(); ++number) {
    constants.push_back(IsInteger(key) ? Constant::Long(static_cast<int64_t>(keys.word(number)))
                                       : Constant::Text(std::string(keys.bytes(number))));
  }
  return iceberg::IsIn(iceberg::Column(key.id), std::move(constants));
}

Expression KeyRange(const NestedField& key, const KeyIndex& keys) {
  int64_t least = std::numeric_limits<int64_t>::max();
  int64_t greatest = std::numeric_limits<int64_t>::min();
  for (size_t number = 0; number < keys.size(); ++number) {
    const auto value = static_cast<int64_t>(keys.word(number));
    least = std::min(least, value);
    greatest = std::max(greatest, value);
  }
  return Expression::And(
      Compare(Operation::kGtEq, iceberg::Column(key.id), Constant::Long(least)),
      Compare(Operation::kLtEq, iceberg::Column(key.id), Constant::Long(greatest)));
}

/// Of keys of one column; all rows where nothing can be said.
Expression KeyFilter(const ViewSchema& schema, const KeyIndex& keys) {
  if (schema.keys.size() != 1) {
    return Expression::True();
  }
  const NestedField& key = schema.keys.front();
  const bool is_text = key.type->id() == TypeId::kString;
  if (keys.size() <= kMaxListedKeys && (IsInteger(key) || is_text)) {
    return ListedKeys(key, keys);
  }
  return IsInteger(key) ? KeyRange(key, keys) : Expression::True();
}

}  // namespace

Expression WindowFilter(const ViewSchema& schema, int64_t start_us, int64_t end_us) {
  // In the unit of slots, which TimeConstant takes.
  const auto in_unit = [&schema](int64_t micros) {
    int64_t nanos = 0;
    if (schema.slot_unit == TimeUnit::kMicros) {
      return micros;
    }
    return __builtin_mul_overflow(micros, kMicroNanos, &nanos)
               ? (micros < 0 ? kNoTime + 1 : std::numeric_limits<int64_t>::max())
               : nanos;
  };
  Expression filter = Expression::True();
  if (end_us != std::numeric_limits<int64_t>::max()) {
    filter = Compare(Operation::kLtEq, iceberg::Column(schema.timestamp.id),
                     TimeConstant(schema, in_unit(end_us)));
  }
  if (start_us != kNoTime) {
    filter = Expression::And(std::move(filter),
                             Compare(Operation::kGtEq, iceberg::Column(schema.timestamp.id),
                                     TimeConstant(schema, in_unit(start_us))));
  }
  return filter;
}

Expression ViewFilter(const JoinView& view, const ViewSchema& schema, const EntityIndex& entities) {
  return Expression::And(TimeFilter(view, schema, entities), KeyFilter(schema, entities.keys()));
}

}  // namespace firn::features
