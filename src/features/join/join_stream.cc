#include "features/join/join_stream.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <arrow/util/byte_size.h>
#include <fmt/format.h>

#include "base/heap.h"
#include "columnar/io/arrow_status.h"

namespace firn::features {
namespace {

using columnar::ToResult;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

/// Of an entity row: in an index while it is made, and beside it while a view's table is read.
constexpr int64_t kIndexBytes = 110;
constexpr int64_t kSlotBytes = 80;
/// Of a feature that is no number, while nothing is known of it; and what points at it.
constexpr int64_t kExpectedBytes = 64;
constexpr int64_t kTextBytes = 16;
/// What a reader may hold, where the limit is large.
constexpr int64_t kReaderBytes = int64_t{32} << 20;
constexpr int64_t kMinRows = 1024;

bool IsFixed(const arrow::DataType& type) {
  return arrow::is_fixed_width(type.id()) && type.id() != arrow::Type::EXTENSION;
}

std::vector<std::shared_ptr<arrow::Field>> FeaturesOf(const JoinPlan& plan) {
  size_t count = 0;
  for (const JoinView& view : plan.request().views) {
    count += view.features.size();
  }
  const arrow::FieldVector& fields = plan.schema()->fields();
  return {fields.end() - static_cast<std::ptrdiff_t>(count), fields.end()};
}

int64_t FixedRowBytes(const JoinPlan& plan) {
  std::set<std::vector<std::string>> indexes;
  for (const JoinView& view : plan.request().views) {
    std::vector<std::string> names;
    for (const JoinKey& key : view.keys) {
      names.push_back(key.entity_column);
    }
    indexes.insert(std::move(names));
  }
  int64_t bytes = kSlotBytes + static_cast<int64_t>(indexes.size()) * kIndexBytes;
  for (const auto& feature : FeaturesOf(plan)) {
    const arrow::DataType& type = *feature->type();
    bytes += 1 + (IsFixed(type) ? std::max(type.bit_width() / 8, 1) : kTextBytes);
  }
  return bytes;
}

int64_t VaryingFeatures(const JoinPlan& plan) {
  return std::ranges::count_if(FeaturesOf(plan),
                               [](const auto& feature) { return !IsFixed(*feature->type()); });
}

Result<int64_t> BytesOf(const arrow::ChunkedArray& column) {
  return ToResult(arrow::util::ReferencedBufferSize(column), ErrorCode::kInternal);
}

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
      part_bytes_(std::max(memory_bytes - static_cast<int64_t>(scan_.readers) * kReaderBytes,
                           memory_bytes / 2)),
      fixed_row_bytes_(FixedRowBytes(plan_)),
      varying_row_bytes_(VaryingFeatures(plan_) * kExpectedBytes) {}

int64_t JoinStream::RowsOf(int64_t frame_row_bytes) const {
  // Texts are held twice while a column is finished.
  const int64_t row_bytes = frame_row_bytes + fixed_row_bytes_ + 2 * varying_row_bytes_;
  return std::max(part_bytes_ / row_bytes, kMinRows);
}

/// As many rows of the frame as a part has; null at its end.
Result<std::shared_ptr<arrow::Table>> JoinStream::NextEntities() {
  arrow::RecordBatchVector batches;
  int64_t rows = 0;
  int64_t wanted = kMinRows;
  int64_t bytes = 0;
  while (rows < wanted) {
    BatchPtr batch = std::exchange(rest_, nullptr);
    if (batch == nullptr) {
      ASSIGN_OR_RETURN(batch, ToResult(entities_->Next(), ErrorCode::kInvalidArgument));
    }
    if (batch == nullptr) {
      break;
    }
    if (batch->num_rows() == 0) {
      continue;
    }
    ASSIGN_OR_RETURN(int64_t batch_bytes,
                     ToResult(arrow::util::ReferencedBufferSize(*batch), ErrorCode::kInternal));
    wanted = RowsOf((bytes + batch_bytes) / (rows + batch->num_rows()) + 1);
    const int64_t taken = std::clamp<int64_t>(wanted - rows, 1, batch->num_rows());
    if (taken < batch->num_rows()) {
      rest_ = batch->Slice(taken);
      batch = batch->Slice(0, taken);
    }
    bytes += batch_bytes * taken / std::max<int64_t>(taken + (rest_ ? rest_->num_rows() : 0), 1);
    rows += taken;
    batches.push_back(std::move(batch));
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
  int64_t bytes = 0;
  for (int i = entities->num_columns(); i < part->num_columns(); ++i) {
    if (!IsFixed(*part->field(i)->type())) {
      ASSIGN_OR_RETURN(int64_t of_one, BytesOf(*part->column(i)));
      bytes += of_one;
    }
  }
  const int64_t seen = bytes / part->num_rows();
  varying_row_bytes_ = std::exchange(any_part_, true) ? std::max(varying_row_bytes_, seen) : seen;
  return part;
}

}  // namespace firn::features
