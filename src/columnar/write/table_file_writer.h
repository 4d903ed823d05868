// TableFileWriter: a caller's Arrow batches become data files of a table: columns matched (by field
// id where the batches have ids, else by name), defaults filled in, rows sorted and partitioned,
// files of the target size stored. The data files then go into an append (table/commit).
//
// Rows of partitioned tables are gathered up to a number of bytes before they are split, so that
// each partition gets many at a time; partitions are encoded and stored beside each other on a
// pool. They stay open up to a number and a sum of bytes; above either those that were written to
// longest ago are closed. With a sort order all rows are sorted before the first is written, by
// partition and then by the order, with those aside that are too many for memory (columnar/sort):
// so files of a partition do not overlap, but for equal rows where one ends and the next begins.
//
// Until Finish the files belong to the writer: dropped, or failed, it deletes what it stored.
//
// Errors: kInvalidArgument where the batches do not fit the schema (projection.h) or a value not
// its partition transform; those of the store; kIoError where rows cannot be put aside; after one
// the writer is done.
// Thread-safety: one thread at a time.
//
//   ASSIGN_OR_RETURN(auto writer, TableFileWriter::Make(request, *reader->schema()));
//   RETURN_IF_ERROR(writer->Write(batch));
//   ASSIGN_OR_RETURN(std::vector<iceberg::DataFile> files, writer->Finish());
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/thread_pool.h"
#include "columnar/kernels/projection.h"
#include "columnar/sort/external_sort.h"
#include "columnar/write/partition_split.h"
#include "columnar/write/rolling_file_writer.h"
#include "iceberg/schema/sort_order.h"

namespace firn::columnar {

struct WriteLimits {
  /// Partitions that are open at a time.
  size_t open_partitions = 256;
  /// What open files hold in memory; more by what was gathered, until that is written.
  int64_t open_bytes = int64_t{512} << 20;
  SortLimits sort;
  /// Rows gathered to be split by partition, where they are not sorted.
  int64_t split_bytes = int64_t{64} << 20;
  /// Partitions encoded and stored at a time.
  size_t parallelism = 8;
};

struct TableWriteRequest {
  iceberg::Schema schema;
  iceberg::PartitionSpec spec;
  iceberg::SortOrder sort_order;
  WriteProperties properties;
  /// Files lie where it says for their partitions.
  FileTarget target;
  WriteLimits limits;
  /// For partitions beside each other; where they come one after the other, or are none, Arrow's
  /// pool is used. Null: all is done on the caller's thread. Outlives the writers.
  ThreadPool* pool = nullptr;
};

class TableFileWriter {
 public:
  /// `input` is the schema of the batches.
  static Result<std::unique_ptr<TableFileWriter>> Make(const TableWriteRequest& request,
                                                       const arrow::Schema& input);
  ~TableFileWriter();

  Status Write(const arrow::RecordBatch& batch);
  /// Everything is stored; no more rows come. Part of Finish, for who has to look before it.
  Status Close();
  /// Data files of all partitions; none where no row came.
  Result<std::vector<iceberg::DataFile>> Finish();

 private:
  struct Partition {
    std::string key;
    std::unique_ptr<RollingFileWriter> writer;
  };

  explicit TableFileWriter(const TableWriteRequest& request) : request_(request) {}

  Status Gather(std::shared_ptr<arrow::RecordBatch> batch);
  Status FlushRun();
  Status WriteSorted(ExternalSort& sort);
  Status WriteRows(const std::shared_ptr<arrow::RecordBatch>& batch);
  Status WriteParts(const std::shared_ptr<arrow::RecordBatch>& batch,
                    std::span<const PartitionRows> parts);
  RollingFileWriter& WriterOf(const iceberg::StructValue& partition);
  Status MakeRoom();
  Status CloseOldest(size_t count);
  Status InParallel(size_t count, const std::function<Status(size_t)>& body) const;
  std::string PathOf(const iceberg::StructValue& partition) const;

  const TableWriteRequest request_;
  std::optional<Projection> projection_;
  std::optional<PartitionSplit> split_;
  std::optional<ExternalSort> sort_;
  iceberg::TypePtr partition_type_;
  /// Rows that wait to be split, and their bytes.
  arrow::RecordBatchVector run_;
  int64_t run_bytes_ = 0;
  /// Most recently written to first.
  std::list<Partition> open_;
  std::map<std::string, std::list<Partition>::iterator> by_key_;
  int next_writer_ = 1;
  std::vector<iceberg::DataFile> files_;
};

}  // namespace firn::columnar
