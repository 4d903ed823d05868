// TableScan: the rows of a table that a filter keeps, as a stream of Arrow batches. Plans the files
// (table/plan) while others are read (columnar/read) on threads of its own; deletes are loaded once
// and shared.
//
// Batches come in the plan's order of files and, in a file, of rows: the same scan gives the same
// batches. A scan of one task plans twice: before it begins, to find the task's files; then those.
// Memory: decoded batches that wait (ScanContext::max_waiting_bytes), as DataFileReader for each
// reader, deletes (ScanContext::delete_bytes).
//
// Errors: kInvalidArgument for columns, filter, limit or task that do not fit; kNotFound for a
// snapshot, or a file that is gone; kInvalidMetadata naming the file that is corrupt; kUnsupported
// for data files that are not Parquet; those of the store. After an error the scan is done.
// Thread-safety: one thread at a time. What the context names outlives the scan.
//
//   ASSIGN_OR_RETURN(auto scan, TableScan::Open(context, table, {.columns = {"id", "price"}}));
//   while (true) {
//     ASSIGN_OR_RETURN(auto batch, scan->Next());
//     if (batch == nullptr) break;
//   }
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <arrow/record_batch.h>

#include "base/clock.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "columnar/read/data_file_reader.h"
#include "columnar/read/delete_cache.h"
#include "table/plan/manifest_cache.h"
#include "table/plan/scan_planner.h"
#include "table/scan/batch_queue.h"
#include "table/scan/file_queue.h"
#include "table/scan/scan_tasks.h"
#include "table/table_store.h"

namespace firn::table {

struct ScanContext {
  ManifestCache& manifests;
  /// For requests to the store: may have more threads than there are cores.
  ThreadPool& pool;
  /// Files, or parts of large ones, decoded at a time; at least 1.
  size_t readers = 2;
  /// Parts have at least so many bytes of their file.
  int64_t part_bytes = int64_t{32} << 20;
  int64_t max_waiting_bytes = int64_t{256} << 20;
  int64_t delete_bytes = int64_t{256} << 20;
  /// Its `stop` ends planning too.
  columnar::ReadOptions read;

  /// For plans of a table with these files.
  PlanContext plan_context(storage::ObjectStore& files) const {
    return {.store = files, .cache = manifests, .pool = pool, .stop = read.stop};
  }
};

struct TableScanRequest {
  /// Snapshot or appends, filter, how names are compared.
  ScanRequest plan;
  /// scan_columns.h; empty: all.
  std::vector<std::string> columns;
  /// Rows at most; nullopt: all.
  std::optional<int64_t> limit;
  /// Only that task of the scan (scan_tasks.h), whose snapshot is then named by its id.
  std::optional<TaskChoice> task;
};

/// What was read so far.
struct ScanCounts {
  /// Of a scan of one task, data files, rows and bytes of the result are the task's.
  PlanCounts plan;
  columnar::ReadCounts read;
  /// Files by the path that was chosen for them.
  int64_t direct_files = 0;
  int64_t merged_files = 0;
};

class TableScan {
 public:
  static Result<std::unique_ptr<TableScan>> Open(const ScanContext& context,
                                                 const Table& table,
                                                 const TableScanRequest& request);
  /// Ends reading, at whatever point it is.
  ~TableScan();
  TableScan(const TableScan&) = delete;
  TableScan& operator=(const TableScan&) = delete;

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }
  const ScanPlan& plan() const { return plan_; }

  /// Never empty; null at the end.
  Result<std::shared_ptr<arrow::RecordBatch>> Next();
  /// The same; nullopt where none was there before `deadline`: ask again.
  Result<std::optional<std::shared_ptr<arrow::RecordBatch>>> NextBefore(MonotonicTime deadline);

  ScanCounts counts() const;

 private:
  TableScan(const ScanContext& context, const Table& table, ScanPlan plan);

  Status Prepare(const Table& table, const TableScanRequest& request);
  Status ChooseTask(const TaskChoice& choice);
  void Start();
  void Plan();
  Status PlanWhole();
  Status PlanTask();
  Status Put(std::vector<ScanPart> parts);
  void ReadParts();
  Status ReadPart(const ScanPart& part);
  Result<columnar::FileDeletes> DeletesOf(const ScanFile& file, const std::string& path);
  void Count(const ScanPart& part, const columnar::DataFileReader& reader);
  void Stop();

  const ScanContext context_;
  const std::shared_ptr<storage::ObjectStore> files_;
  const ScanPlan plan_;
  const columnar::ReadContext read_;
  columnar::ReadRequest request_;
  std::shared_ptr<arrow::Schema> schema_;
  columnar::DeleteCache deletes_;
  /// Of a scan of one task.
  std::optional<std::vector<TaskPart>> task_;
  /// Rows that may still be returned.
  int64_t rows_left_ = 0;
  bool done_ = false;

  FileQueue to_read_;
  BatchQueue batches_;
  mutable std::mutex counts_mutex_;
  ScanCounts counts_;
  /// Last: they use what is above.
  std::jthread planner_;
  std::vector<std::jthread> readers_;
};

}  // namespace firn::table
