// SpilledRows: rows put aside in a file of this machine that has no name: it goes with its writer
// or reader, or with the process.
//
// Errors: kIoError where the folder holds no more, or is none. Thread-safety: one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <arrow/io/file.h>
#include <arrow/ipc/writer.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include "base/result.h"
#include "columnar/sort/row_source.h"

namespace firn::columnar {

class SpilledRows {
 public:
  /// `folder` empty: the system's for temporary files, which TMPDIR names.
  static Result<std::unique_ptr<SpilledRows>> Make(const std::string& folder,
                                                   const std::shared_ptr<arrow::Schema>& schema,
                                                   arrow::MemoryPool* memory);
  ~SpilledRows();
  SpilledRows(const SpilledRows&) = delete;
  SpilledRows& operator=(const SpilledRows&) = delete;

  /// Read back as one batch.
  Status Write(const arrow::RecordBatch& rows);
  /// What was written, from the beginning; nothing is written any more.
  Result<std::unique_ptr<RowSource>> Read();

 private:
  SpilledRows(std::string folder, int file, arrow::MemoryPool* memory)
      : folder_(std::move(folder)), file_(file), memory_(memory) {}

  Status Put(const arrow::Status& status) const;

  const std::string folder_;
  int file_;
  arrow::MemoryPool* const memory_;
  std::shared_ptr<arrow::io::FileOutputStream> out_;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer_;
};

}  // namespace firn::columnar
