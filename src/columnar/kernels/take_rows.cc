#include "columnar/kernels/take_rows.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/exec.h>
#include <arrow/datum.h>

#include "columnar/io/arrow_status.h"

namespace firn::columnar {

Result<std::shared_ptr<arrow::RecordBatch>> TakeRows(
    const std::shared_ptr<arrow::RecordBatch>& batch,
    const std::vector<int64_t>& rows,
    arrow::MemoryPool* memory) {
  arrow::compute::ExecContext context(memory);
  auto indices = std::make_shared<arrow::Int64Array>(static_cast<int64_t>(rows.size()),
                                                     arrow::Buffer::Wrap(rows));
  ASSIGN_OR_RETURN(
      arrow::Datum taken,
      ToResult(arrow::compute::Take(batch, indices, arrow::compute::TakeOptions::NoBoundsCheck(),
                                    &context),
               ErrorCode::kInternal));
  return taken.record_batch();
}

}  // namespace firn::columnar
