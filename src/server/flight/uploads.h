// Uploads: what clients send, while they send it and while their calls work with it. Each may have
// so many bytes, and all together. How many there are at a time is bounded by the calls
// (open_calls.h). An upload has no place among the joins that run: who sends slowly, or no more,
// takes none from others.
//
// Errors: kPayloadTooLarge beyond the bytes of one, kResourceExhausted beyond those of all.
// Thread-safety: any thread; Uploads outlives each Upload.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include <arrow/record_batch.h>
#include <arrow/table.h>

#include "base/result.h"
#include "server/flight/calls/call_watch.h"

namespace firn::flight {

class Upload;

struct UploadLimits {
  /// Of one upload.
  int64_t max_bytes = int64_t{512} << 20;
  /// Of all together.
  int64_t max_all_bytes = int64_t{1} << 30;
};

class Uploads {
 public:
  explicit Uploads(const UploadLimits& limits) : limits_(limits) {}

  /// One that is empty.
  std::shared_ptr<Upload> Begin();
  int64_t bytes() const { return bytes_; }

 private:
  friend class Upload;

  Status Take(int64_t bytes);

  const UploadLimits limits_;
  std::atomic<int64_t> bytes_ = 0;
};

class Upload final : public Held {
 public:
  explicit Upload(Uploads& all) : all_(all) {}
  ~Upload() override { all_.bytes_ -= bytes_; }

  Status Add(std::shared_ptr<arrow::RecordBatch> batch);
  /// Everything that was added, once. Its bytes count as long as this lives.
  Result<std::shared_ptr<arrow::Table>> Finish(std::shared_ptr<arrow::Schema> schema);
  void GiveBack(const Error& why) override;

 private:
  Uploads& all_;
  std::mutex mutex_;
  arrow::RecordBatchVector batches_;
  int64_t bytes_ = 0;
  std::optional<Error> why_;
};

}  // namespace firn::flight
