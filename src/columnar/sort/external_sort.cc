#include "columnar/sort/external_sort.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <ranges>
#include <utility>

#include <arrow/util/byte_size.h>

#include "columnar/io/arrow_status.h"
#include "columnar/sort/run_merge.h"
#include "columnar/sort/spilled_rows.h"

namespace firn::columnar {
namespace {

/// Merged at a time; so many are put aside before that.
constexpr size_t kMergedRuns = 32;
/// The texts of a column in one array are at most so many bytes.
constexpr int64_t kMaxGatheredBytes = std::numeric_limits<int32_t>::max();

class OneBatch final : public RowSource {
 public:
  explicit OneBatch(std::shared_ptr<arrow::RecordBatch> rows) : rows_(std::move(rows)) {}
  Result<std::shared_ptr<arrow::RecordBatch>> Next() override { return std::exchange(rows_, {}); }

 private:
  std::shared_ptr<arrow::RecordBatch> rows_;
};

}  // namespace

ExternalSort::ExternalSort(RowOrder order, SortLimits limits, arrow::MemoryPool* memory)
    : order_(std::move(order)), limits_(std::move(limits)), memory_(memory) {}

Status ExternalSort::Add(std::shared_ptr<arrow::RecordBatch> rows) {
  ASSIGN_OR_RETURN(const int64_t bytes,
                   ToResult(arrow::util::ReferencedBufferSize(*rows), ErrorCode::kInternal));
  if (gathered_bytes_ > 0 && gathered_bytes_ + bytes > kMaxGatheredBytes) {
    RETURN_IF_ERROR(PutAside());
  }
  schema_ = rows->schema();
  gathered_bytes_ += bytes;
  gathered_.push_back(std::move(rows));
  return gathered_bytes_ >= limits_.memory_bytes ? PutAside() : Status();
}

Result<std::shared_ptr<arrow::RecordBatch>> ExternalSort::Sorted() {
  if (gathered_.empty()) {
    return nullptr;
  }
  auto joined = arrow::ConcatenateRecordBatches(gathered_, memory_);
  gathered_.clear();
  gathered_bytes_ = 0;
  ASSIGN_OR_RETURN(auto rows, ToResult(std::move(joined), ErrorCode::kInternal));
  return SortRows(rows, order_);
}

Status ExternalSort::PutAside() {
  ASSIGN_OR_RETURN(auto rows, Sorted());
  OneBatch run(std::move(rows));
  return PutAside(run, 0);
}

Status ExternalSort::PutAside(RowSource& rows, size_t level) {
  ASSIGN_OR_RETURN(auto run, SpilledRows::Make(limits_.spill_folder, schema_, memory_));
  // A batch of each run is held while they are merged.
  const int64_t batch_bytes = limits_.memory_bytes / static_cast<int64_t>(2 * kMergedRuns);
  while (true) {
    ASSIGN_OR_RETURN(auto batch, rows.Next());
    if (batch == nullptr) {
      break;
    }
    ASSIGN_OR_RETURN(const int64_t bytes,
                     ToResult(arrow::util::ReferencedBufferSize(*batch), ErrorCode::kInternal));
    const int64_t row_bytes = bytes / std::max<int64_t>(batch->num_rows(), 1) + 1;
    const int64_t step = std::max<int64_t>(batch_bytes / row_bytes, 1);
    for (int64_t begin = 0; begin < batch->num_rows(); begin += step) {
      RETURN_IF_ERROR(run->Write(*batch->Slice(begin, step)));
    }
  }
  if (levels_.size() <= level) {
    levels_.resize(level + 1);
  }
  ASSIGN_OR_RETURN(auto written, run->Read());
  levels_[level].push_back(std::move(written));
  if (levels_[level].size() < kMergedRuns) {
    return {};
  }
  ASSIGN_OR_RETURN(auto merged, Merge(std::exchange(levels_[level], {})));
  return PutAside(*merged, level + 1);
}

Result<std::unique_ptr<RowSource>> ExternalSort::Merge(Runs runs) const {
  const int64_t batch_bytes = limits_.memory_bytes / 4;
  return RunMerge::Make(std::move(runs), order_, batch_bytes, memory_);
}

Status ExternalSort::Begin() {
  ASSIGN_OR_RETURN(auto last, Sorted());
  auto in_memory = std::make_unique<OneBatch>(std::move(last));
  if (levels_.empty()) {
    sorted_ = std::move(in_memory);
    return {};
  }
  Runs runs;
  for (Runs& level : std::views::reverse(levels_)) {
    std::ranges::move(level, std::back_inserter(runs));
  }
  levels_.clear();
  runs.push_back(std::move(in_memory));
  ASSIGN_OR_RETURN(sorted_, Merge(std::move(runs)));
  return {};
}

Result<std::shared_ptr<arrow::RecordBatch>> ExternalSort::Next() {
  if (sorted_ == nullptr) {
    RETURN_IF_ERROR(Begin());
  }
  return sorted_->Next();
}

}  // namespace firn::columnar
