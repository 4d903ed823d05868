// RunMerge: sorted runs of rows become one. Of rows that are equal those of earlier runs come
// first.
//
// Memory: a batch of each run, those that rows to be handed out are of, and twice what is handed
// out. Errors: those of the runs; kInternal.
// Thread-safety: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include "base/result.h"
#include "columnar/sort/row_order.h"
#include "columnar/sort/row_source.h"

namespace firn::columnar {

class RunMerge final : public RowSource {
 public:
  /// Batches of some `batch_bytes`, or of one row. `order` outlives the merge.
  static Result<std::unique_ptr<RunMerge>> Make(std::vector<std::unique_ptr<RowSource>> runs,
                                                const RowOrder& order,
                                                int64_t batch_bytes,
                                                arrow::MemoryPool* memory);

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override;

 private:
  /// A run, and its first row that was not handed out.
  struct Head {
    std::unique_ptr<RowSource> run;
    std::shared_ptr<arrow::RecordBatch> batch;
    /// Of the batch.
    SortKeys keys;
    int64_t row = 0;
    int64_t bytes = 0;
    /// Its rows of `batch` that are handed out next, where there are any.
    std::optional<size_t> piece;
  };
  /// Rows of one batch that follow each other there.
  struct Piece {
    std::shared_ptr<arrow::RecordBatch> batch;
    int64_t begin = 0;
    int64_t end = 0;
  };

  RunMerge(const RowOrder& order, int64_t batch_bytes, arrow::MemoryPool* memory)
      : order_(order), batch_bytes_(batch_bytes), memory_(memory) {}

  /// False at its end.
  Result<bool> Load(Head& head);
  bool Before(size_t a, size_t b) const;
  /// Rows of the first head, as long as they come before all others.
  void TakeFrom(Head& head);
  bool IsFull(const Head& head) const;
  Result<std::shared_ptr<arrow::RecordBatch>> HandOut();

  const RowOrder& order_;
  const int64_t batch_bytes_;
  arrow::MemoryPool* const memory_;
  std::vector<Head> heads_;
  /// A heap of heads, the first row's in front.
  std::vector<size_t> queue_;
  std::vector<Piece> pieces_;
  /// The piece of each row that is handed out next.
  std::vector<size_t> rows_;
  int64_t rows_bytes_ = 0;
  /// Of the batches that they are of, whole.
  int64_t pieces_bytes_ = 0;
};

}  // namespace firn::columnar
