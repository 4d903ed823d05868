// RollingFileWriter: rows of one partition as files of a target size, stored under new names. What
// table writers and delete writers are made of.
//
// Until Finish the files belong to the writer: one that is dropped, or failed, deletes what it
// stored. After Finish they are the caller's, who commits or deletes them.
//
// Memory: one file. Errors: those of ParquetFileWriter and the store; after one the writer is done.
// Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include "base/result.h"
#include "columnar/write/data_locations.h"
#include "columnar/write/parquet_file_writer.h"
#include "columnar/write/write_properties.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/schema/schema.h"
#include "storage/object_store.h"

namespace firn::columnar {

/// Where files go and what they share. The store outlives the writers.
struct FileTarget {
  storage::ObjectStore& store;
  DataLocations locations;
  /// Of the files, as `a=1/b=2`; empty for none.
  std::string partition = {};
  /// Unique among writers: names are `<prefix>-00001.parquet`, ...
  std::string prefix;
  arrow::MemoryPool* memory = arrow::default_memory_pool();
  EncodeThreads threads = EncodeThreads::kCaller;
};

/// What the manifest entries of all the files say beside their metrics.
struct FileKind {
  iceberg::FileContent content = iceberg::FileContent::kData;
  iceberg::StructValue partition;
  std::optional<iceberg::SortOrderId> sort_order_id;
  std::vector<iceberg::FieldId> equality_ids;
  std::optional<std::string> referenced_data_file;
};

class RollingFileWriter {
 public:
  RollingFileWriter(FileTarget target,
                    iceberg::Schema schema,
                    WriteProperties properties,
                    FileKind kind)
      : target_(std::move(target)),
        schema_(std::move(schema)),
        properties_(std::move(properties)),
        kind_(std::move(kind)) {}
  /// Deletes stored files that Finish did not hand over.
  ~RollingFileWriter();
  RollingFileWriter(const RollingFileWriter&) = delete;
  RollingFileWriter& operator=(const RollingFileWriter&) = delete;

  Status Write(const arrow::RecordBatch& batch);
  /// Stores the open file, if any; the next row begins another.
  Status CloseFile();
  /// The files, in order; none where no row came.
  Result<std::vector<iceberg::DataFile>> Finish();

  /// Of the open file.
  int64_t MemoryBytes() const { return open_ == nullptr ? 0 : open_->MemoryBytes(); }

 private:
  int64_t target_bytes() const {
    return kind_.content == iceberg::FileContent::kData ? properties_.target_file_bytes
                                                        : properties_.target_delete_file_bytes;
  }

  /// About what the open file has.
  int64_t open_bytes() const { return open_ == nullptr ? 0 : open_->EstimatedBytes(); }

  const FileTarget target_;
  const iceberg::Schema schema_;
  const WriteProperties properties_;
  const FileKind kind_;
  std::unique_ptr<ParquetFileWriter> open_;
  int next_number_ = 1;
  /// A file could not be stored: what is in `files_` may not be there.
  bool failed_ = false;
  std::vector<iceberg::DataFile> files_;
};

}  // namespace firn::columnar
