#include "features/join/join_stream.h"

#include <algorithm>
#include <utility>

#include <arrow/util/byte_size.h>
#include <fmt/format.h>

#include "base/heap.h"
#include "columnar/io/arrow_status.h"

namespace firn::features {
namespace {

using columnar::ToResult;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

/// What a reader may hold, where the limit is large.
constexpr int64_t kReaderBytes = int64_t{32} << 20;

}  // namespace

Result<std::unique_ptr<JoinStream>> JoinStream::Open(
    const JoinContext& context,
    std::shared_ptr<arrow::RecordBatchReader> entities,
    JoinRequest request,
    int64_t memory_bytes) {
  if (memory_bytes < kMinJoinBytes) {
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("A join needs a memory limit of {} MiB at least", kMinJoinBytes >> 20));
  }
  ASSIGN_OR_RETURN(JoinPlan plan, JoinPlan::Make(*entities->schema(), std::move(request)));
  return std::unique_ptr<JoinStream>(
      new JoinStream(context, std::move(entities), std::move(plan), memory_bytes));
}

JoinStream::JoinStream(const JoinContext& context,
                       std::shared_ptr<arrow::RecordBatchReader> entities,
                       JoinPlan plan,
                       int64_t memory_bytes)
    : scan_([&] {
        table::ScanContext scan = context.scan;
        const auto readers = static_cast<size_t>(memory_bytes / (2 * kReaderBytes));
        scan.readers = std::clamp<size_t>(readers, 1, context.scan.readers);
        scan.delete_bytes = std::min(scan.delete_bytes, memory_bytes / 8);
        scan.read.whole_group_bytes =
            std::min({scan.read.whole_group_bytes, memory_bytes / 8, kReaderBytes / 2});
        return scan;
      }()),
      context_{.scan = scan_,
               .memory = context.memory,
               .progress = context.progress,
               .match_unit_bytes = context.match_unit_bytes,
               .gather_unit_rows = context.gather_unit_rows},
      entities_(std::move(entities)),
      plan_(std::move(plan)),
      size_(plan_,
            std::max(memory_bytes - static_cast<int64_t>(scan_.readers) * kReaderBytes,
                     memory_bytes / 2)) {}

/// As many rows of the frame as a part has; null at its end.
Result<std::shared_ptr<arrow::Table>> JoinStream::NextEntities() {
  arrow::RecordBatchVector batches;
  PartSize::Taken taken;
  int64_t wanted = 1;
  int64_t bytes = 0;
  while (taken.rows < wanted) {
    BatchPtr batch = std::exchange(rest_, nullptr);
    if (batch == nullptr) {
      ASSIGN_OR_RETURN(batch, ToResult(entities_->Next(), ErrorCode::kInvalidArgument));
    }
    if (batch == nullptr) {
      break;
    }
    const int64_t batch_rows = batch->num_rows();
    if (batch_rows == 0) {
      continue;
    }
    ASSIGN_OR_RETURN(int64_t batch_bytes,
                     ToResult(arrow::util::ReferencedBufferSize(*batch), ErrorCode::kInternal));
    const int64_t row_bytes = (bytes + batch_bytes) / (taken.rows + batch_rows) + 1;
    wanted = size_.Rows(row_bytes);
    const int64_t most = std::clamp<int64_t>(wanted - taken.rows, 1, batch_rows);
    ASSIGN_OR_RETURN(int64_t rows,
                     size_.Fit(FrameKeyBytes(*batch, size_.key_weights()), most, row_bytes, taken));
    if (rows < batch_rows) {
      rest_ = batch->Slice(rows);
      batch = batch->Slice(0, rows);
    }
    if (rows > 0) {
      bytes += batch_bytes * rows / batch_rows;
      batches.push_back(std::move(batch));
    }
    if (rows < most) {
      break;  // the part is full
    }
  }
  if (batches.empty()) {
    return std::shared_ptr<arrow::Table>();
  }
  return ToResult(arrow::Table::FromRecordBatches(entities_->schema(), std::move(batches)),
                  ErrorCode::kInternal);
}

Result<std::shared_ptr<arrow::Table>> JoinStream::Next() {
  if (any_part_) {
    // What the part before freed lies in the threads' heaps: of no use to this one's.
    ReturnFreeMemory();
    context_.memory->ReleaseUnused();
  }
  ASSIGN_OR_RETURN(auto entities, NextEntities());
  if (entities == nullptr) {
    return entities;
  }
  ASSIGN_OR_RETURN(auto part, plan_.Join(context_, *entities));
  any_part_ = true;
  RETURN_IF_ERROR(size_.Learn(*part));
  return part;
}

}  // namespace firn::features
