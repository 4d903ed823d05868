#include "columnar/sort/external_sort.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <utility>

#include "columnar/kernels/join_rows.h"
#include "columnar/sort/run_merge_internal.h"
#include "columnar/sort/spilled_rows_internal.h"

namespace firn::columnar {
namespace {

/// Merged at a time, and so many of a level are put aside before that.
constexpr size_t kMergedRuns = 32;

class OneBatch final : public RowSource {
 public:
  explicit OneBatch(std::shared_ptr<arrow::RecordBatch> rows) : rows_(std::move(rows)) {}
  Result<std::shared_ptr<arrow::RecordBatch>> Next() override { return std::exchange(rows_, {}); }

 private:
  std::shared_ptr<arrow::RecordBatch> rows_;
};

/// Rows from `begin` on that take so many bytes at most, or one; all take `row_bytes` on average.
Result<std::shared_ptr<arrow::RecordBatch>> PieceOf(const RowOrder& order,
                                                    const arrow::RecordBatch& batch,
                                                    int64_t begin,
                                                    int64_t row_bytes,
                                                    int64_t bytes) {
  auto piece = batch.Slice(begin, std::max<int64_t>(bytes / row_bytes, 1));
  // Rows beside each other may be larger than others are.
  while (piece->num_rows() > 1) {
    ASSIGN_OR_RETURN(const int64_t taken, order.MemoryOf(*piece));
    if (taken <= bytes) {
      break;
    }
    piece = piece->Slice(0, piece->num_rows() / 2);
  }
  return piece;
}

}  // namespace

ExternalSort::ExternalSort(RowOrder order, SortLimits limits, arrow::MemoryPool* memory)
    : order_(std::move(order)), limits_(std::move(limits)), memory_(memory) {}

template <class Work>
auto ExternalSort::Guarded(Work work) -> decltype(work()) {
  if (failed_) {
    return Error(ErrorCode::kInternal, "A sort goes on after it failed");
  }
  auto done = work();
  failed_ = !done.has_value();
  return done;
}

Status ExternalSort::Add(std::shared_ptr<arrow::RecordBatch> rows) {
  return Guarded([&] { return Gather(std::move(rows)); });
}

Status ExternalSort::Gather(std::shared_ptr<arrow::RecordBatch> rows) {
  ASSIGN_OR_RETURN(const int64_t bytes, order_.MemoryOf(*rows));
  if (gathered_bytes_ > 0 && gathered_bytes_ + bytes > kMaxJoinedBytes) {
    RETURN_IF_ERROR(PutAside());
  }
  schema_ = rows->schema();
  gathered_bytes_ += bytes;
  gathered_.push_back(std::move(rows));
  return gathered_bytes_ >= limits_.memory_bytes ? PutAside() : Status();
}

Result<std::shared_ptr<arrow::RecordBatch>> ExternalSort::TakeSorted() {
  if (gathered_.empty()) {
    return nullptr;
  }
  auto joined = JoinRows(std::exchange(gathered_, {}), memory_);
  gathered_bytes_ = 0;
  ASSIGN_OR_RETURN(auto rows, std::move(joined));
  return SortRows(rows, order_, memory_);
}

Status ExternalSort::PutAside() {
  ASSIGN_OR_RETURN(auto rows, TakeSorted());
  OneBatch sorted(std::move(rows));
  ASSIGN_OR_RETURN(auto run, Spill(sorted));
  return Keep(std::move(run), 0);
}

Status ExternalSort::Keep(std::unique_ptr<RowSource> run, size_t level) {
  if (levels_.size() <= level) {
    levels_.resize(level + 1);
  }
  levels_[level].push_back(std::move(run));
  if (levels_[level].size() < kMergedRuns) {
    return {};
  }
  ASSIGN_OR_RETURN(auto merged, Merge(std::exchange(levels_[level], {})));
  ASSIGN_OR_RETURN(auto longer, Spill(*merged));
  return Keep(std::move(longer), level + 1);
}

Result<std::unique_ptr<RowSource>> ExternalSort::Spill(RowSource& rows) const {
  ASSIGN_OR_RETURN(auto run, SpilledRows::Make(limits_.spill_folder, schema_, memory_));
  // A batch of each run is held while they are merged.
  const int64_t batch_bytes = limits_.memory_bytes / static_cast<int64_t>(2 * kMergedRuns);
  while (true) {
    ASSIGN_OR_RETURN(auto batch, rows.Next());
    if (batch == nullptr) {
      return run->Read();
    }
    ASSIGN_OR_RETURN(const int64_t all, order_.MemoryOf(*batch));
    const int64_t row_bytes = all / std::max<int64_t>(batch->num_rows(), 1) + 1;
    for (int64_t begin = 0; begin < batch->num_rows();) {
      ASSIGN_OR_RETURN(auto piece, PieceOf(order_, *batch, begin, row_bytes, batch_bytes));
      begin += piece->num_rows();
      RETURN_IF_ERROR(run->Write(*piece));
    }
  }
}

Result<std::unique_ptr<RowSource>> ExternalSort::Merge(Runs runs) const {
  return RunMerge::Make(std::move(runs), order_, limits_.memory_bytes / 4, memory_);
}

Status ExternalSort::Begin() {
  ASSIGN_OR_RETURN(auto last, TakeSorted());
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
  while (runs.size() > kMergedRuns) {
    // The last ones are the shortest.
    const size_t left = runs.size() - std::min(kMergedRuns, runs.size() - kMergedRuns + 1);
    const auto shortest = runs.begin() + static_cast<std::ptrdiff_t>(left);
    ASSIGN_OR_RETURN(auto merged, Merge({std::make_move_iterator(shortest),
                                         std::make_move_iterator(runs.end())}));
    runs.resize(left);
    ASSIGN_OR_RETURN(auto longer, Spill(*merged));
    runs.push_back(std::move(longer));
  }
  ASSIGN_OR_RETURN(sorted_, Merge(std::move(runs)));
  return {};
}

Result<std::shared_ptr<arrow::RecordBatch>> ExternalSort::Next() {
  return Guarded([this]() -> Result<std::shared_ptr<arrow::RecordBatch>> {
    if (sorted_ == nullptr) {
      RETURN_IF_ERROR(Begin());
    }
    return sorted_->Next();
  });
}

}  // namespace firn::columnar
