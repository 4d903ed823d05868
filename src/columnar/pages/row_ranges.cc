#include "columnar/pages/row_ranges.h"

#include <algorithm>

namespace firn::columnar {

RowRanges RowRanges::All(int64_t rows) {
  RowRanges all;
  all.Append({0, rows});
  return all;
}

void RowRanges::Append(RowRange range) {
  if (range.begin >= range.end) {
    return;
  }
  if (!ranges_.empty() && ranges_.back().end >= range.begin) {
    ranges_.back().end = std::max(ranges_.back().end, range.end);
  } else {
    ranges_.push_back(range);
    before_.push_back(rows_);
  }
  rows_ = before_.back() + ranges_.back().count();
}

int64_t RowRanges::CountBefore(int64_t row) const {
  auto after = std::partition_point(ranges_.begin(), ranges_.end(),
                                    [row](const RowRange& range) { return range.begin < row; });
  if (after == ranges_.begin()) {
    return 0;
  }
  const auto last = after - ranges_.begin() - 1;
  const RowRange& range = ranges_[static_cast<size_t>(last)];
  return before_[static_cast<size_t>(last)] + std::min(range.end, row) - range.begin;
}

RowRanges RowRanges::Within(RowRange range) const {
  auto at = std::partition_point(ranges_.begin(), ranges_.end(),
                                 [&](const RowRange& known) { return known.end <= range.begin; });
  RowRanges within;
  for (; at != ranges_.end() && at->begin < range.end; ++at) {
    within.Append({std::max(at->begin, range.begin) - range.begin,
                   std::min(at->end, range.end) - range.begin});
  }
  return within;
}

bool RowRanges::Touches(RowRange range) const {
  auto first = std::partition_point(ranges_.begin(), ranges_.end(), [&](const RowRange& known) {
    return known.end <= range.begin;
  });
  return first != ranges_.end() && first->begin < range.end && range.begin < range.end;
}

RowRanges Intersect(const RowRanges& a, const RowRanges& b) {
  RowRanges both;
  auto left = a.ranges().begin();
  auto right = b.ranges().begin();
  while (left != a.ranges().end() && right != b.ranges().end()) {
    both.Append({std::max(left->begin, right->begin), std::min(left->end, right->end)});
    if (left->end < right->end) {
      ++left;
    } else {
      ++right;
    }
  }
  return both;
}

RowRanges Unite(const RowRanges& a, const RowRanges& b) {
  RowRanges either;
  auto left = a.ranges().begin();
  auto right = b.ranges().begin();
  while (left != a.ranges().end() || right != b.ranges().end()) {
    bool take_left =
        right == b.ranges().end() || (left != a.ranges().end() && left->begin <= right->begin);
    either.Append(take_left ? *left++ : *right++);
  }
  return either;
}

}  // namespace firn::columnar
