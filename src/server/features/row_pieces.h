// RowPieces: FeatureRows cut into batches of about kPieceBytes, to be sent one at a time.
//
// Errors: those of the rows. Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <arrow/record_batch.h>
#include <arrow/table.h>

#include "base/result.h"
#include "server/features/feature_rows.h"

namespace firn::server_features {

inline constexpr int64_t kPieceBytes = int64_t{4} << 20;

class RowPieces {
 public:
  explicit RowPieces(std::unique_ptr<FeatureRows> rows) : rows_(std::move(rows)) {}

  /// Once, before the first Next.
  Result<std::shared_ptr<arrow::Schema>> Open() { return rows_->Open(); }
  /// Null at the end. A row larger than a piece is one.
  Result<std::shared_ptr<arrow::RecordBatch>> Next();

 private:
  const std::unique_ptr<FeatureRows> rows_;
  std::shared_ptr<arrow::Table> part_;
  std::unique_ptr<arrow::TableBatchReader> batches_;
};

}  // namespace firn::server_features
