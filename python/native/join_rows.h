// RowsOfJoin: the answer of a point-in-time join within a memory limit: joined part by part while
// it is read, and anew with every pass.
#pragma once

#include <cstdint>
#include <memory>

#include <arrow/table.h>

#include "base/result.h"
#include "features/join/join_request.h"
#include "native/catalog.h"
#include "native/rows.h"

namespace firn::python {

/// `readers` files are read at a time; 0: as many as there are cores. Errors: those of
/// features::JoinPlan, and for a limit that is too small.
Result<std::shared_ptr<Rows>> RowsOfJoin(SessionPtr session,
                                         std::shared_ptr<arrow::Table> entities,
                                         features::JoinRequest request,
                                         size_t readers,
                                         int64_t memory_bytes);

}  // namespace firn::python
