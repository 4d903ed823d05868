// PartSize: of how many rows a part of a join is, that what it holds stays within a limit. Rows of
// the index, of winners and of features of fixed width are known beforehand. Texts, lists and maps
// are not: the first part is as if they were large, later parts go by the largest mean of what came
// out, as if every row had a match, and grow slowly: a frame in order of time may begin where
// tables have nothing.
//
// Errors: kInternal where Arrow cannot say how large an array is. Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include <arrow/table.h>

#include "base/result.h"
#include "features/join/join_plan.h"

namespace firn::features {

class PartSize {
 public:
  PartSize(const JoinPlan& plan, int64_t part_bytes);

  /// Of the next part, whose rows of the frame take so many bytes; 64 at least.
  int64_t Rows(int64_t frame_row_bytes) const;

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

  const int64_t part_bytes_;
  int64_t fixed_row_bytes_ = 0;
  std::vector<View> views_;
  int64_t most_rows_ = std::numeric_limits<int64_t>::max();
};

}  // namespace firn::features
