// ArrowAnswer: rows as an Arrow IPC stream in pieces: its schema, a batch of RowPieces each, its
// end. A stream that was cut lacks its end.
//
// Errors: those of the rows. Thread-safety: one thread at a time.
#pragma once

#include <memory>
#include <string>

#include <arrow/io/interfaces.h>
#include <arrow/ipc/writer.h>

#include "base/result.h"
#include "server/features/row_pieces.h"

namespace firn::server_features {

class ArrowAnswer {
 public:
  explicit ArrowAnswer(std::unique_ptr<FeatureRows> rows);
  ~ArrowAnswer();
  ArrowAnswer(const ArrowAnswer&) = delete;
  ArrowAnswer& operator=(const ArrowAnswer&) = delete;

  /// Never empty but at the end.
  Result<std::string> Next();
  /// True behind the stream's end, which the last piece has.
  bool ended() const { return ended_; }

 private:
  class Sink;

  Status Begin();

  RowPieces pieces_;
  const std::shared_ptr<Sink> sink_;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer_;
  bool ended_ = false;
};

}  // namespace firn::server_features
