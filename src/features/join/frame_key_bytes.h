// FrameKeyBytes: what the texts among the keys and times of an entity frame take, row by row, while
// the row is joined: beside the frame they are spelled out of dictionaries, encoded, and owned by
// indexes. A dictionary may name a long text in every row for a byte a row.
//
// Thread-safety: immutable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <arrow/array.h>
#include <arrow/record_batch.h>

namespace firn::features {

/// How often each column is held.
using KeyWeights = std::map<std::string, int64_t>;

class FrameKeyBytes {
 public:
  /// The batch has each of the columns once.
  FrameKeyBytes(const arrow::RecordBatch& batch, const KeyWeights& weights);

  /// False where no column holds texts or more bytes than a UUID: no row has any.
  bool vary() const { return !columns_.empty(); }
  int64_t Of(int64_t row) const;

 private:
  struct Column {
    std::shared_ptr<arrow::Array> values;
    int64_t weight = 0;
  };
  std::vector<Column> columns_;
};

}  // namespace firn::features
