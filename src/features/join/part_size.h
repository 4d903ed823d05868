// PartSize: of how many rows a part of a join is, that what it holds stays within a limit. Rows of
// the index, of winners and of features of fixed width are known beforehand, and the frame's keys
// are measured. Texts, lists and maps of features are not known: the first part is as if they were
// large, later parts go by the largest mean of what came out, as if every row had a match, and grow
// slowly: a frame in order of time may begin where tables have nothing.
//
// Errors: kInternal where Arrow cannot say how large an array is. Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include <arrow/table.h>

#include "base/result.h"
#include "features/join/frame_key_bytes.h"
#include "features/join/join_plan.h"

namespace firn::features {

class PartSize {
 public:
  PartSize(const JoinPlan& plan, int64_t part_bytes);

  /// What a part has taken of the frame so far.
  struct Taken {
    int64_t rows = 0;
    /// As FrameKeyBytes counts them.
    int64_t key_bytes = 0;
  };

  /// Of the next part, whose rows of the frame take so many bytes, whatever their keys; 64 at
  /// least.
  int64_t Rows(int64_t frame_row_bytes) const;

  /// How many of the first `rows` rows of a batch the part has room for; adds them to `taken`.
  /// Errors: kPayloadTooLarge where the part has none yet and the first one is too large.
  Result<int64_t> Fit(const FrameKeyBytes& keys,
                      int64_t rows,
                      int64_t frame_row_bytes,
                      Taken& taken) const;
  const KeyWeights& key_weights() const { return key_weights_; }

  /// Of a part that has come out: the answer's columns.
  Status Learn(const arrow::Table& part);

 private:
  /// A view with features of no fixed width.
  struct View {
    /// Columns of the answer.
    int begin = 0;
    int end = 0;
    /// Of a row that has a match: expected, then the most that was seen.
    int64_t match_bytes = 0;
    bool any_match = false;
  };

  /// Of a row, whatever its keys.
  int64_t RowBytes(int64_t frame_row_bytes) const;

  const int64_t part_bytes_;
  KeyWeights key_weights_;
  int64_t fixed_row_bytes_ = 0;
  std::vector<View> views_;
  int64_t most_rows_ = std::numeric_limits<int64_t>::max();
};

}  // namespace firn::features
