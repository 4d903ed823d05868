// ParquetFileWriter: one Parquet file in memory, batch by batch, with the metrics that its manifest
// entry holds. Source: Iceberg specification, "Manifests" (data file fields), Appendix A and D.
//
// Metrics: of leaves outside lists and maps values, nulls, NaNs, bounds; of those inside counts
// only, as Parquet counts them (an empty or missing list is one value, null). Sizes on disk of all.
//
// Memory: the file so far, and the pages of the row group that is open.
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
#include <parquet/arrow/writer.h>
#include <parquet/schema.h>

#include "base/result.h"
#include "columnar/kernels/projection.h"
#include "columnar/write/column_bounds.h"
#include "columnar/write/write_properties.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/schema/schema.h"

namespace firn::columnar {

struct WrittenFile {
  std::shared_ptr<arrow::Buffer> bytes;
  /// Everything but path, partition and what the caller knows (content, ids, sort order).
  iceberg::DataFile metrics;
};

class ParquetFileWriter {
 public:
  static Result<std::unique_ptr<ParquetFileWriter>> Make(const iceberg::Schema& schema,
                                                         const WriteProperties& properties,
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

  ParquetFileWriter() = default;

  /// `first` rows tell which columns are worth a dictionary; null: there are none.
  Status Open(const arrow::RecordBatch* first);
  Result<std::vector<std::string>> ColumnsWithoutDictionary(const arrow::RecordBatch& first) const;
  void CollectLeaves(std::span<const iceberg::NestedField> fields, const std::vector<int>& above);
  void CollectChunks(std::span<const iceberg::NestedField> fields, bool repeated);
  Status Measure(const arrow::RecordBatch& batch);
  Status WriteRows(const arrow::RecordBatch& batch);
  void AddBounds(iceberg::DataFile& file) const;
  void AddChunks(const parquet::FileMetaData& metadata, iceberg::DataFile& file) const;

  /// A Parquet column and the field whose it is.
  struct Chunk {
    iceberg::FieldId id;
    bool repeated;
  };

  WriteProperties properties_;
  /// Full names of columns with bloom filters.
  std::vector<std::string> bloom_filters_;
  arrow::MemoryPool* memory_ = nullptr;
  std::shared_ptr<parquet::schema::GroupNode> root_;
  std::shared_ptr<arrow::Schema> schema_arrow_;
  /// What files hold of the schema: no columns of type unknown.
  std::vector<iceberg::NestedField> stored_;
  std::shared_ptr<arrow::Schema> stored_schema_;
  std::optional<Projection> select_;
  std::vector<Leaf> leaves_;
  std::vector<Chunk> chunks_;
  std::shared_ptr<arrow::io::BufferOutputStream> sink_;
  /// Null until the first rows come.
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  int64_t rows_ = 0;
  /// In the file, and what that was before encoding.
  int64_t written_bytes_ = 0;
  int64_t written_raw_bytes_ = 0;
  /// Of row groups that are full, before encoding.
  int64_t closed_raw_bytes_ = 0;
  /// Of the row group that is open, before encoding.
  int64_t open_raw_bytes_ = 0;
};

}  // namespace firn::columnar
