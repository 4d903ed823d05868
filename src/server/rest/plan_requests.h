// Bodies of planning calls. REST: PlanTableScanRequest, FetchScanTasksRequest.
//
// Errors: kInvalidArgument naming the field; kUnsupported for a filter that the document allows and
// Firn does not evaluate. Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "server/planning/plan_request.h"

namespace firn::rest {

/// An empty body asks for everything in the current snapshot.
Result<planning::PlanRequest> ParsePlanTableScan(std::string_view body);

/// The plan task.
Result<std::string> ParseFetchScanTasks(std::string_view body);

}  // namespace firn::rest
