// Times of rows as 64-bit counts, whatever Arrow type they come in. Comparisons are made in the
// unit of the feature table: what is finer is floored to it, before 1970 too, which neither hides a
// row at or before a time nor shows a later one.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include <arrow/array.h>

#include "base/result.h"
#include "iceberg/schema/civil_time.h"

namespace firn::features {

/// Of what a time is a count since 1970-01-01 UTC.
using TimeUnit = iceberg::TimeUnit;

/// The time of a row that has none: before all others.
inline constexpr int64_t kNoTime = std::numeric_limits<int64_t>::min();

/// The unit in which values of the type are compared. Errors: kInvalidArgument where they are no
/// times.
Result<TimeUnit> TimeUnitOf(const arrow::DataType& type);

/// A time per row of a timestamp (any unit and zone; without a zone it is UTC) or date column;
/// kNoTime for null. What the unit cannot hold becomes the nearest time that it can.
Result<std::vector<int64_t>> TimesOf(const arrow::Array& column, TimeUnit unit);

/// Microseconds as a count of `unit`; what it cannot hold becomes the nearest time that it can.
/// kNoTime stays.
int64_t InUnit(int64_t micros, TimeUnit unit);

/// True for texts, which ParsedTimes reads.
bool AreParsed(const arrow::DataType& type);

/// ISO 8601 texts as timestamp[ns, UTC], microseconds where one is out of that range; other columns
/// as they are. Errors: kInvalidArgument naming the row and the text that is no time.
Result<std::shared_ptr<arrow::Array>> ParsedTimes(const std::shared_ptr<arrow::Array>& column);

/// Exact ages of entity times, which may be finer or greater than a table's unit holds.
class AgeLimit {
 public:
  /// `entity_times` is what TimesOf takes and outlives this; `ttl_us` 0: no limit.
  AgeLimit(const arrow::Array& entity_times, TimeUnit feature_unit, int64_t ttl_us);

  /// `feature_time` is at or before the row's.
  bool Allows(int64_t entity_row, int64_t feature_time) const;

 private:
  const arrow::Array& entity_times_;
  int64_t entity_nanos_;
  int64_t feature_nanos_;
  int64_t ttl_us_;
};

}  // namespace firn::features
