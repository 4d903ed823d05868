// PointInTimeJoin: an entity frame with, for each of its rows, the values of each view's newest row
// of that key at or before the row's time and within the view's TTL. docs/behaviour.md has the
// semantics with worked examples; the answer is the same however many threads work and however the
// table's files are laid out, as far as ties are broken by what the table records.
//
// The answer has the frame's rows in its order, its columns first, then the features in the order
// asked for; a row without a match has nulls. Keys with a null part match nothing; a row without a
// time has no features.
//
// Memory: the answer, an index of the entity rows (about 80 bytes a row), and the decoded batches
// that readers hold.
// Errors: kInvalidArgument naming the view, column and what is wrong; those of table::FileScan.
// Thread-safety: pure, from any thread. What the context names outlives the call.
#pragma once

#include <memory>

#include <arrow/table.h>

#include "base/result.h"
#include "features/join/join_context.h"
#include "features/join/join_request.h"

namespace firn::features {

Result<std::shared_ptr<arrow::Table>> PointInTimeJoin(const JoinContext& context,
                                                      const std::shared_ptr<arrow::Table>& entities,
                                                      const JoinRequest& request);

}  // namespace firn::features
