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
/// What times beyond their unit's range become.
constexpr int64_t kFirstTime = kNoTime + 1;
constexpr int64_t kLastTime = std::numeric_limits<int64_t>::max();

int64_t Minus(int64_t a, int64_t b) {
  int64_t difference = 0;
  return __builtin_sub_overflow(a, b, &difference) ? kFirstTime : difference;
}

/// `time`, in the unit of event times, floored to a value of the column.
Constant TimeConstant(const ViewSchema& schema, int64_t time) {
  const iceberg::TypePtr& type = schema.timestamp.type;
  if (type->id() != TypeId::kDate) {
    return {type, Literal(time)};
  }
  const int64_t days = iceberg::FloorDiv(time, kDayMicros);
  return {type,
          Literal(static_cast<int32_t>(std::clamp<int64_t>(
              days, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max())))};
}

/// Event times in [first, last]; the ends of all time are no bounds.
Expression Between(const ViewSchema& schema, int64_t first, int64_t last) {
  Expression filter = Expression::True();
  if (last != kLastTime) {
    filter =
        Compare(Operation::kLtEq, iceberg::Column(schema.timestamp.id), TimeConstant(schema, last));
  }
  if (first > kFirstTime) {
    filter = Expression::And(std::move(filter),
                             Compare(Operation::kGtEq, iceberg::Column(schema.timestamp.id),
                                     TimeConstant(schema, first)));
  }
  return filter;
}

/// A time of slots in the unit of event times, floored.
int64_t OfEvents(const ViewSchema& schema, int64_t time) {
  const bool coarser = schema.slot_unit == TimeUnit::kNanos && schema.unit == TimeUnit::kMicros;
  return coarser ? iceberg::FloorDiv(time, kMicroNanos) : time;
}

Expression TimeFilter(const JoinView& view, const ViewSchema& schema, const EntityIndex& entities) {
  const int64_t last = OfEvents(schema, entities.latest_time());
  const int64_t earliest = OfEvents(schema, entities.earliest_time());
  const bool any_age = view.ttl_us == 0 || earliest == kFirstTime;
  return Between(schema, any_age ? kFirstTime : Minus(earliest, InUnit(view.ttl_us, schema.unit)),
                 last);
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
  return Between(schema, InUnit(start_us, schema.unit), InUnit(end_us, schema.unit));
}

Expression ViewFilter(const JoinView& view, const ViewSchema& schema, const EntityIndex& entities) {
  return Expression::And(TimeFilter(view, schema, entities), KeyFilter(schema, entities.keys()));
}

}  // namespace firn::features
