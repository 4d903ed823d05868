// ArrowAnswer: rows as an Arrow IPC stream in pieces: its schema, batches of about kPieceBytes, its
// end. A stream that was cut lacks its end.
//
// Errors: those of the rows. Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <arrow/io/interfaces.h>
#include <arrow/ipc/writer.h>
#include <arrow/table.h>

#include "base/result.h"
#include "server/features/feature_rows.h"

namespace firn::server_features {

inline constexpr int64_t kPieceBytes = int64_t{4} << 20;

class ArrowAnswer {
 public:
  explicit ArrowAnswer(std::unique_ptr<FeatureRows> rows);
  ~ArrowAnswer();
  ArrowAnswer(const ArrowAnswer&) = delete;
  ArrowAnswer& operator=(const ArrowAnswer&) = delete;

  /// Never empty but at the end.
  Result<std::string> Next();

 private:
  class Sink;

  Status Begin();
  /// The next batch of rows; null at the end.
  Result<std::shared_ptr<arrow::RecordBatch>> NextBatch();

  const std::unique_ptr<FeatureRows> rows_;
  const std::shared_ptr<Sink> sink_;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer_;
  std::shared_ptr<arrow::Table> part_;
  std::unique_ptr<arrow::TableBatchReader> batches_;
  bool ended_ = false;
};

}  // namespace firn::server_features
