// RowRanges: rows of one row group as ascending ranges: those that a filter may keep, those that
// pages hold.
//
// Units: a row is its number in the row group, from 0. Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace firn::columnar {

/// Rows [begin, end).
struct RowRange {
  int64_t begin = 0;
  int64_t end = 0;

  int64_t count() const { return end - begin; }
  friend bool operator==(const RowRange&, const RowRange&) = default;
};

class RowRanges {
 public:
  RowRanges() = default;
  /// All rows of a row group.
  static RowRanges All(int64_t rows);

  /// Empty ranges are nothing. `range` begins at or after the end of the last one, which it joins
  /// where it touches it.
  void Append(RowRange range);

  bool empty() const { return ranges_.empty(); }
  int64_t count() const { return rows_; }
  /// None empty, no two of them touch.
  std::span<const RowRange> ranges() const { return ranges_; }

  /// How many of the rows come before `row`.
  int64_t CountBefore(int64_t row) const;
  /// Those that are in `range`, counted from its begin.
  RowRanges Within(RowRange range) const;
  /// True where one of the rows is in `range`.
  bool Touches(RowRange range) const;

  friend bool operator==(const RowRanges&, const RowRanges&) = default;

 private:
  std::vector<RowRange> ranges_;
  /// Of each range, how many rows the ranges before it have.
  std::vector<int64_t> before_;
  int64_t rows_ = 0;
};

RowRanges Intersect(const RowRanges& a, const RowRanges& b);
RowRanges Unite(const RowRanges& a, const RowRanges& b);

}  // namespace firn::columnar
