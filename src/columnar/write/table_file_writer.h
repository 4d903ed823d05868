// TableFileWriter: a caller's Arrow batches become data files of a table: columns matched (by field
// id where the batches have ids, else by name), defaults filled in, rows sorted and partitioned,
// files of the target size stored. The data files then go into an append (table/commit).
//
// Partitions stay open up to a number and a sum of bytes; above either the one that was written to
// longest ago is closed. With a sort order rows are gathered up to a number of bytes and sorted;
// every such run ends its files, so that each is sorted throughout.
//
// Until Finish the files belong to the writer: dropped, or failed, it deletes what it stored.
//
// Errors: kInvalidArgument where the batches do not fit the schema (projection.h) or a value not
// its partition transform; those of the store; after one the writer is done.
// Thread-safety: one thread at a time.
//
//   ASSIGN_OR_RETURN(auto writer, TableFileWriter::Make(request, *reader->schema()));
//   RETURN_IF_ERROR(writer->Write(batch));
//   ASSIGN_OR_RETURN(std::vector<iceberg::DataFile> files, writer->Finish());
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/kernels/projection.h"
#include "columnar/write/partition_split.h"
#include "columnar/write/rolling_file_writer.h"
#include "columnar/write/sort_rows.h"
#include "iceberg/schema/sort_order.h"

namespace firn::columnar {

struct WriteLimits {
  /// Partitions that are open at a time.
  size_t open_partitions = 256;
  /// What open files hold in memory.
  int64_t open_bytes = int64_t{512} << 20;
  /// Rows gathered to be sorted.
  int64_t sort_bytes = int64_t{128} << 20;
};

struct TableWriteRequest {
  iceberg::Schema schema;
  iceberg::PartitionSpec spec;
  iceberg::SortOrder sort_order;
  WriteProperties properties;
  /// Files lie where it says for their partitions.
  FileTarget target;
  WriteLimits limits;
};

class TableFileWriter {
 public:
  /// `input` is the schema of the batches.
  static Result<std::unique_ptr<TableFileWriter>> Make(const TableWriteRequest& request,
                                                       const arrow::Schema& input);
  ~TableFileWriter();

  Status Write(const arrow::RecordBatch& batch);
  /// Data files of all partitions; none where no row came.
  Result<std::vector<iceberg::DataFile>> Finish();

 private:
  struct Partition {
    std::string key;
    std::unique_ptr<RollingFileWriter> writer;
  };

  explicit TableFileWriter(const TableWriteRequest& request) : request_(request) {}

  Status WriteSorted(std::shared_ptr<arrow::RecordBatch> batch);
  Status FlushRun();
  Status WritePartitioned(const std::shared_ptr<arrow::RecordBatch>& batch);
  RollingFileWriter& WriterOf(const iceberg::StructValue& partition);
  Status CloseOldest();
  Status CloseAll();
  std::string PathOf(const iceberg::StructValue& partition) const;

  const TableWriteRequest request_;
  std::optional<Projection> projection_;
  std::optional<PartitionSplit> split_;
  std::optional<RowSorter> sorter_;
  iceberg::TypePtr partition_type_;
  /// Rows of the run, and their bytes.
  arrow::RecordBatchVector run_;
  int64_t run_bytes_ = 0;
  /// Most recently written to first.
  std::list<Partition> open_;
  std::map<std::string, std::list<Partition>::iterator> by_key_;
  int next_writer_ = 1;
  std::vector<iceberg::DataFile> files_;
};

}  // namespace firn::columnar
