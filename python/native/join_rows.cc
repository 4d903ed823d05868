#include "native/join_rows.h"

#include <optional>
#include <utility>

#include "columnar/io/arrow_status.h"
#include "features/join/join_stream.h"
#include "native/calls.h"

namespace firn::python {
namespace {

using ArrowTablePtr = std::shared_ptr<arrow::Table>;

/// What every pass over the answer begins with.
struct JoinWork {
  SessionPtr session;
  ArrowTablePtr entities;
  features::JoinRequest request;
  size_t readers;
  int64_t memory_bytes;

  Result<std::unique_ptr<features::JoinStream>> Open(const table::ScanContext& scan) const {
    auto frame = std::make_shared<arrow::TableBatchReader>(entities);
    return features::JoinStream::Open({.scan = scan}, std::move(frame), request, memory_bytes);
  }
};
/// Has the tables' files: SharedAtHome.
using JoinWorkPtr = std::shared_ptr<const JoinWork>;

class JoinedBatches final : public Stream {
 public:
  JoinedBatches(std::shared_ptr<arrow::Schema> schema, JoinWorkPtr work)
      : Stream(std::move(schema)), work_(std::move(work)) {}

  std::optional<table::ScanCounts> counts() override { return std::nullopt; }

 protected:
  Result<std::optional<BatchPtr>> TryNext() override {
    while (true) {
      if (batches_) {
        ASSIGN_OR_RETURN(BatchPtr batch,
                         columnar::ToResult(batches_->Next(), ErrorCode::kInternal));
        if (batch != nullptr) {
          return std::optional(std::move(batch));
        }
        batches_.reset();
        part_.reset();
      }
      auto part = call_.Run([this] { return NextPart(); });
      if (call_.interrupt() != nullptr) {
        std::rethrow_exception(call_.interrupt());
      }
      ASSIGN_OR_RETURN(part_, std::move(part));
      if (part_ == nullptr) {
        return std::optional(BatchPtr());
      }
      batches_.emplace(*part_);
    }
  }

  void Release() override {
    batches_.reset();
    part_.reset();
    join_.reset();
  }
  void RequestStop() override { call_.RequestStop(); }
  bool IsHome() const override { return python::IsHome(work_); }

 private:
  Result<ArrowTablePtr> NextPart() {
    if (join_ == nullptr) {
      table::ScanContext scan = work_->session->scan_context();
      scan.readers = work_->readers == 0 ? scan.readers : work_->readers;
      scan.read.stop = call_.token();
      ASSIGN_OR_RETURN(auto join, work_->Open(scan));
      join_ = UniqueAtHome<features::JoinStream>(join.release());
    }
    return join_->Next();
  }

  const JoinWorkPtr work_;
  Call call_;
  UniqueAtHome<features::JoinStream> join_;
  ArrowTablePtr part_;
  std::optional<arrow::TableBatchReader> batches_;
};

class JoinedRows final : public Rows {
 public:
  JoinedRows(std::shared_ptr<arrow::Schema> schema, JoinWorkPtr work)
      : schema_(std::move(schema)), work_(std::move(work)) {}

  const std::shared_ptr<arrow::Schema>& schema() const override { return schema_; }
  std::shared_ptr<Stream> Open() override {
    return std::make_shared<JoinedBatches>(schema_, work_);
  }

 private:
  const std::shared_ptr<arrow::Schema> schema_;
  const JoinWorkPtr work_;
};

}  // namespace

Result<std::shared_ptr<Rows>> RowsOfJoin(SessionPtr session,
                                         ArrowTablePtr entities,
                                         features::JoinRequest request,
                                         size_t readers,
                                         int64_t memory_bytes) {
  JoinWorkPtr work =
      SharedAtHome(std::make_unique<const JoinWork>(JoinWork{.session = std::move(session),
                                                             .entities = std::move(entities),
                                                             .request = std::move(request),
                                                             .readers = readers,
                                                             .memory_bytes = memory_bytes}));
  // What does not fit is told now, not when the first row is wanted.
  const table::ScanContext scan = work->session->scan_context();
  ASSIGN_OR_RETURN(auto join, work->Open(scan));
  return std::shared_ptr<Rows>(std::make_shared<JoinedRows>(join->schema(), std::move(work)));
}

}  // namespace firn::python
