#include <algorithm>
#include <utility>

#include "columnar/kernels/join_rows.h"
#include "columnar/kernels/take_rows.h"
#include "columnar/sort/run_merge_internal.h"

namespace firn::columnar {

Result<std::unique_ptr<RunMerge>> RunMerge::Make(std::vector<std::unique_ptr<RowSource>> runs,
                                                 const RowOrder& order,
                                                 int64_t batch_bytes,
                                                 arrow::MemoryPool* memory) {
  std::unique_ptr<RunMerge> merge(new RunMerge(order, batch_bytes, memory));
  for (auto& run : runs) {
    Head head{.run = std::move(run)};
    ASSIGN_OR_RETURN(const bool has_rows, merge->Load(head));
    if (has_rows) {
      merge->queue_.push_back(merge->heads_.size());
      merge->heads_.push_back(std::move(head));
    }
  }
  std::ranges::make_heap(merge->queue_, [&](size_t a, size_t b) { return merge->Before(b, a); });
  return merge;
}

Result<bool> RunMerge::Load(Head& head) {
  do {
    ASSIGN_OR_RETURN(head.batch, head.run->Next());
    if (head.batch == nullptr) {
      // What it has on disk goes.
      head.run.reset();
      head.keys = {};
      return false;
    }
  } while (head.batch->num_rows() == 0);
  ASSIGN_OR_RETURN(head.keys, order_.KeysOf(*head.batch));
  ASSIGN_OR_RETURN(head.bytes, order_.MemoryOf(*head.batch));
  head.row = 0;
  head.piece.reset();
  return true;
}

bool RunMerge::Before(size_t a, size_t b) const {
  const std::weak_ordering order =
      heads_[a].keys.Compare(heads_[a].row, heads_[b].keys, heads_[b].row);
  return order == 0 ? a < b : order < 0;
}

bool RunMerge::IsFull(const Head& head) const {
  return !rows_.empty() && (rows_bytes_ >= batch_bytes_ ||
                            (!head.piece && pieces_bytes_ + head.bytes > kMaxJoinedBytes));
}

void RunMerge::TakeFrom(Head& head) {
  const auto self = static_cast<size_t>(&head - heads_.data());
  if (!head.piece) {
    head.piece = pieces_.size();
    pieces_.push_back({head.batch, head.row, head.row});
    pieces_bytes_ += head.bytes;
  }
  const int64_t rows = head.batch->num_rows();
  const int64_t row_bytes = head.bytes / rows + 1;
  const int64_t room = std::max<int64_t>((batch_bytes_ - rows_bytes_) / row_bytes, 1);
  const int64_t begin = head.row;
  const int64_t last = std::min(rows, begin + room) - 1;
  // Runs that hardly overlap are taken a batch at a time.
  head.row = last;
  if (!queue_.empty() && !Before(self, queue_.front())) {
    head.row = begin;
    do {
      ++head.row;
    } while (head.row < last && Before(self, queue_.front()));
  } else {
    ++head.row;
  }
  pieces_[*head.piece].end = head.row;
  const int64_t taken = head.row - begin;
  rows_.insert(rows_.end(), static_cast<size_t>(taken), *head.piece);
  rows_bytes_ += taken * row_bytes;
}

Result<std::shared_ptr<arrow::RecordBatch>> RunMerge::Next() {
  auto after = [this](size_t a, size_t b) { return Before(b, a); };
  while (!queue_.empty() && !IsFull(heads_[queue_.front()])) {
    std::ranges::pop_heap(queue_, after);
    const size_t first = queue_.back();
    queue_.pop_back();
    Head& head = heads_[first];
    TakeFrom(head);
    bool goes_on = head.row < head.batch->num_rows();
    if (!goes_on) {
      ASSIGN_OR_RETURN(goes_on, Load(head));
    }
    if (goes_on) {
      queue_.push_back(first);
      std::ranges::push_heap(queue_, after);
    }
  }
  return HandOut();
}

Result<std::shared_ptr<arrow::RecordBatch>> RunMerge::HandOut() {
  if (rows_.empty()) {
    return nullptr;
  }
  arrow::RecordBatchVector parts;
  std::vector<int64_t> next;
  int64_t rows = 0;
  for (const Piece& piece : pieces_) {
    next.push_back(rows);
    rows += piece.end - piece.begin;
    parts.push_back(piece.batch->Slice(piece.begin, piece.end - piece.begin));
  }
  std::vector<int64_t> order;
  order.reserve(rows_.size());
  for (size_t piece : rows_) {
    order.push_back(next[piece]++);
  }
  const bool in_order = std::ranges::is_sorted(rows_);
  pieces_.clear();
  rows_.clear();
  rows_bytes_ = 0;
  pieces_bytes_ = 0;
  for (Head& head : heads_) {
    head.piece.reset();
  }
  ASSIGN_OR_RETURN(auto all, JoinRows(parts, memory_));
  parts.clear();
  return in_order ? all : TakeRows(all, order, memory_);
}

}  // namespace firn::columnar
