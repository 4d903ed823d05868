// ParquetFileWriter: one Parquet file in memory, batch by batch, with the metrics that its manifest
// entry holds. Source: Iceberg specification, "Manifests" (data file fields), Appendix A and D.
//
// Metrics: of leaves outside lists and maps values, nulls, NaNs, bounds; of those inside counts
// only, as Parquet counts them (an empty or missing list is one value, null). Sizes on disk of all.
//
// Rows wait until their row group is full and are encoded then, a column after the other or beside
// each other: encoders of all columns at once would not fit into a core's cache, nor, with many
// files open, into memory. Batches are held until then, not copied; columns
// beside each other want each in one piece, so that a group of several batches is copied once.
//
// Memory: the file so far, and the rows of the row group that is open; while it is encoded with
// threads its encoded pages too.
// Errors: kInvalidArgument for batches of another schema and for what Parquet cannot hold;
// kResourceExhausted. Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <parquet/arrow/writer.h>
#include <parquet/schema.h>

#include "base/result.h"
#include "columnar/kernels/projection.h"
#include "columnar/write/column_bounds.h"
#include "columnar/write/write_properties.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/schema/schema.h"

namespace firn::columnar {

enum class EncodeThreads : uint8_t {
  kCaller,     ///< One: who writes many files at a time wants this.
  kArrowPool,  ///< Columns of large row groups in parallel, on Arrow's pool.
};

struct WrittenFile {
  std::shared_ptr<arrow::Buffer> bytes;
  /// Everything but path, partition and what the caller knows (content, ids, sort order).
  iceberg::DataFile metrics;
};

class ParquetFileWriter {
 public:
  static Result<std::unique_ptr<ParquetFileWriter>> Make(const iceberg::Schema& schema,
                                                         const WriteProperties& properties,
                                                         EncodeThreads threads,
                                                         arrow::MemoryPool* memory);

  /// `batch` has the types of schema/arrow_type.h.
  Status Write(const arrow::RecordBatch& batch);

  int64_t rows() const { return rows_; }
  /// What the file will have, about.
  int64_t EstimatedBytes() const;
  /// What it holds in memory, about.
  int64_t MemoryBytes() const {
    return written_bytes_ + closed_raw_bytes_ - written_raw_bytes_ + open_raw_bytes_;
  }

  Result<WrittenFile> Finish() &&;

 private:
  /// A leaf outside lists and maps: where it is, what it had.
  struct Leaf {
    iceberg::FieldId id;
    std::vector<int> path;
    ColumnBounds bounds;
  };

  ParquetFileWriter(EncodeThreads threads, arrow::MemoryPool* memory)
      : threads_(threads), memory_(memory) {}

  /// `first` rows, as they are stored, tell which columns are worth a dictionary.
  Result<std::vector<std::string>> ColumnsWithoutDictionary(const arrow::RecordBatch& first) const;
  void CollectLeaves(std::span<const iceberg::NestedField> fields, const std::vector<int>& above);
  void CollectChunks(std::span<const iceberg::NestedField> fields, bool repeated);
  Status Measure(const arrow::RecordBatch& batch);
  Status Open(int64_t capacity_bytes);
  Status Hold(const arrow::RecordBatch& rows);
  Status EncodeGroup();
  Status EncodeInTurn(const arrow::Table& rows);
  Status EncodeInParallel(std::shared_ptr<arrow::Table> rows);
  void AddBounds(iceberg::DataFile& file) const;
  void AddChunks(const parquet::FileMetaData& metadata, iceberg::DataFile& file) const;

  /// A Parquet column and the field whose it is.
  struct Chunk {
    iceberg::FieldId id;
    bool repeated;
  };

  const EncodeThreads threads_;
  arrow::MemoryPool* const memory_;
  WriteProperties properties_;
  /// Full names of columns with bloom filters.
  std::vector<std::string> bloom_filters_;
  /// Of those whose first rows say that a dictionary would fill up.
  std::vector<std::string> without_dictionary_;
  std::shared_ptr<parquet::schema::GroupNode> root_;
  std::shared_ptr<arrow::Schema> schema_arrow_;
  /// What files hold of the schema: no columns of type unknown.
  std::vector<iceberg::NestedField> stored_;
  std::shared_ptr<arrow::Schema> stored_schema_;
  std::optional<Projection> select_;
  std::vector<Leaf> leaves_;
  std::vector<Chunk> chunks_;
  /// What the sink writes to. Taken as it is: the sink's own Finish fills its spare room with
  /// zeros.
  std::shared_ptr<arrow::ResizableBuffer> bytes_;
  std::shared_ptr<arrow::io::BufferOutputStream> sink_;
  /// Opened for the first row group: its size tells how much room the file wants.
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  int64_t rows_ = 0;
  /// Rows of the row group that is open.
  arrow::RecordBatchVector group_;
  /// In the file, and what that was before encoding.
  int64_t written_bytes_ = 0;
  int64_t written_raw_bytes_ = 0;
  /// Of row groups that are encoded, before that.
  int64_t closed_raw_bytes_ = 0;
  /// Of the row group that is open.
  int64_t open_raw_bytes_ = 0;
};

}  // namespace firn::columnar
