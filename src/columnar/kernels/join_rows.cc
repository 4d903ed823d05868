#include "columnar/kernels/join_rows.h"

#include "columnar/io/arrow_status.h"

namespace firn::columnar {

Result<std::shared_ptr<arrow::RecordBatch>> JoinRows(const arrow::RecordBatchVector& batches,
                                                     arrow::MemoryPool* memory) {
  if (batches.size() == 1) {
    return batches.front();
  }
  return ToResult(arrow::ConcatenateRecordBatches(batches, memory), ErrorCode::kInternal);
}

}  // namespace firn::columnar
