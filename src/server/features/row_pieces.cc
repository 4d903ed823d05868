#include "server/features/row_pieces.h"

#include <algorithm>

#include <arrow/util/byte_size.h>

#include "columnar/io/arrow_status.h"

namespace firn::server_features {

using columnar::ToResult;

Result<std::shared_ptr<arrow::RecordBatch>> RowPieces::Next() {
  while (true) {
    if (batches_ != nullptr) {
      ASSIGN_OR_RETURN(auto batch, ToResult(batches_->Next(), ErrorCode::kInternal));
      if (batch != nullptr) {
        return batch;
      }
      batches_.reset();
      part_.reset();
    }
    ASSIGN_OR_RETURN(part_, rows_->Next());
    if (part_ == nullptr) {
      return std::shared_ptr<arrow::RecordBatch>();
    }
    ASSIGN_OR_RETURN(int64_t bytes,
                     ToResult(arrow::util::ReferencedBufferSize(*part_), ErrorCode::kInternal));
    const int64_t row_bytes = bytes / std::max<int64_t>(part_->num_rows(), 1) + 1;
    batches_ = std::make_unique<arrow::TableBatchReader>(*part_);
    batches_->set_chunksize(std::max<int64_t>(kPieceBytes / row_bytes, 1));
  }
}

}  // namespace firn::server_features
