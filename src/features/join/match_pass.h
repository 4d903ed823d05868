// MatchPass: the first pass over the files of a scan: keys, times and places of every row that
// lives, handed to whoever chooses among them. The second is row_gathering.h.
//
// Memory: as DataFileReader, for each reader. Errors: those of table::FileScan and of `take`.
// Thread-safety: one thread; it works on several itself, and calls `take` from them.
#pragma once

#include <functional>

#include "base/result.h"
#include "features/join/join_context.h"
#include "features/join/join_request.h"
#include "features/join/match_columns.h"
#include "features/join/view_schema.h"
#include "table/scan/file_scan.h"

namespace firn::features {

/// Rows outside of the scan's filter may come too.
Status ForEachRowsToMatch(const JoinContext& context,
                          table::FileScan& files,
                          const JoinView& view,
                          const ViewSchema& schema,
                          const std::function<Status(const RowsToMatch&)>& take);

}  // namespace firn::features
