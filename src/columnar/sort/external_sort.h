// ExternalSort: any number of rows in order. Rows are gathered up to a number of bytes; more are
// sorted and put aside a run at a time (spilled_rows.h), and the runs merged (run_merge.h), some at
// a time, so that few files are open and little is held of each.
//
// Memory: three times the limit, or what one row takes, and each batch that is added. Disk: about
// twice the rows as LZ4 compresses them, until the sort has handed them out or goes. Equal rows
// keep their order. Errors: those of the order (row_order.h); kIoError where the folder is none or
// holds no more; after one the sort is done. Thread-safety: one thread at a time.
//
//   ExternalSort sort(order, limits, memory);
//   RETURN_IF_ERROR(sort.Add(batch));
//   ASSIGN_OR_RETURN(auto rows, sort.Next());  // until it is null
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include "base/result.h"
#include "columnar/sort/row_order.h"
#include "columnar/sort/row_source.h"

namespace firn::columnar {

struct SortLimits {
  /// Of rows gathered, with what sorting them takes, before they are put aside.
  int64_t memory_bytes = int64_t{128} << 20;
  /// Where they are; empty: the system's folder for temporary files, which TMPDIR names.
  std::string spill_folder;
};

class ExternalSort final : public RowSource {
 public:
  ExternalSort(RowOrder order, SortLimits limits, arrow::MemoryPool* memory);

  /// Before the first Next.
  Status Add(std::shared_ptr<arrow::RecordBatch> rows);
  /// Also what never left memory, as one batch.
  Result<std::shared_ptr<arrow::RecordBatch>> Next() override;

 private:
  using Runs = std::vector<std::unique_ptr<RowSource>>;

  /// Does `work`; after an error nothing any more.
  template <class Work>
  auto Guarded(Work work) -> decltype(work());
  Status Gather(std::shared_ptr<arrow::RecordBatch> rows);
  /// What was gathered, in order; null where it is nothing.
  Result<std::shared_ptr<arrow::RecordBatch>> TakeSorted();
  /// What was gathered becomes a run of the first level.
  Status PutAside();
  Status Keep(std::unique_ptr<RowSource> run, size_t level);
  Result<std::unique_ptr<RowSource>> Spill(RowSource& rows) const;
  Result<std::unique_ptr<RowSource>> Merge(Runs runs) const;
  Status Begin();

  const RowOrder order_;
  const SortLimits limits_;
  arrow::MemoryPool* const memory_;
  std::shared_ptr<arrow::Schema> schema_;
  arrow::RecordBatchVector gathered_;
  /// With what sorting takes.
  int64_t gathered_bytes_ = 0;
  /// Runs that were merged so many times, earlier rows first; those of higher levels are earlier.
  std::vector<Runs> levels_;
  /// Not null from the first Next on.
  std::unique_ptr<RowSource> sorted_;
  bool failed_ = false;
};

}  // namespace firn::columnar
