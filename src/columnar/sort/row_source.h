// RowSource: rows a batch at a time. Thread-safety: one thread at a time.
#pragma once

#include <memory>

#include <arrow/record_batch.h>

#include "base/result.h"

namespace firn::columnar {

class RowSource {
 public:
  virtual ~RowSource() = default;
  /// Null at the end. After an error it is done.
  virtual Result<std::shared_ptr<arrow::RecordBatch>> Next() = 0;
};

}  // namespace firn::columnar
