#include "features/entities/table_join.h"

#include <algorithm>
#include <utility>

#include <arrow/table.h>
#include <arrow/util/byte_size.h>

#include "base/heap.h"
#include "columnar/io/arrow_status.h"

namespace firn::features {

Result<std::unique_ptr<JoinStream>> JoinTables(const JoinContext& context,
                                               JoinRequest request,
                                               const EntityWindow& window,
                                               int64_t memory_bytes) {
  ASSIGN_OR_RETURN(auto rows, EntityRows(context, request.views, window, request.event_timestamp,
                                         memory_bytes / 2));
  ReturnFreeMemory();  // the index's
  ASSIGN_OR_RETURN(int64_t frame_bytes, columnar::ToResult(arrow::util::ReferencedBufferSize(*rows),
                                                           ErrorCode::kInternal));
  const int64_t left_bytes =
      std::max(memory_bytes - frame_bytes, std::min(memory_bytes, kMinJoinBytes));
  return JoinStream::Open(context, std::make_shared<arrow::TableBatchReader>(std::move(rows)),
                          std::move(request), left_bytes);
}

}  // namespace firn::features
