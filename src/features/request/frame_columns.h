// The column of an entity frame that holds its times, where none was named. Source: Feast's rule:
// `event_timestamp`, else the only column of times.
//
// Errors: kInvalidArgument where there is none, or more than one. Thread-safety: pure functions.
#pragma once

#include <string>

#include <arrow/type.h>

#include "base/result.h"

namespace firn::features {

inline constexpr const char* kEventTimestamp = "event_timestamp";

Result<std::string> EventTimestampOf(const arrow::Schema& entities);

}  // namespace firn::features
