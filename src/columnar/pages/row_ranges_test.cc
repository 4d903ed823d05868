#include "columnar/pages/row_ranges.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firn::columnar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

RowRanges Of(const std::vector<RowRange>& ranges) {
  RowRanges rows;
  for (const RowRange& range : ranges) {
    rows.Append(range);
  }
  return rows;
}

TEST(RowRangesTest, RangesThatTouchAreOne) {
  EXPECT_THAT(Of({{0, 5}, {5, 5}, {5, 9}, {12, 13}}).ranges(),
              ElementsAre(RowRange{0, 9}, RowRange{12, 13}));
  EXPECT_THAT(RowRanges::All(0).ranges(), IsEmpty());
  EXPECT_EQ(Of({{0, 5}, {7, 9}}).count(), 7);
}

TEST(RowRangesTest, CountsRowsBefore) {
  RowRanges rows = Of({{2, 5}, {10, 20}});
  EXPECT_EQ(rows.CountBefore(2), 0);
  EXPECT_EQ(rows.CountBefore(4), 2);
  EXPECT_EQ(rows.CountBefore(10), 3);
  EXPECT_EQ(rows.CountBefore(15), 8);
  EXPECT_EQ(rows.CountBefore(100), 13);
}

std::vector<char> BytesOf(const RowRanges& rows, size_t count) {
  std::vector<char> bytes(count, 0);
  for (const RowRange& range : rows.ranges()) {
    for (int64_t row = range.begin; row < range.end; ++row) {
      bytes[static_cast<size_t>(row)] = 1;
    }
  }
  return bytes;
}

TEST(RowRangesTest, SetsAreThoseOfTheirRows) {
  constexpr size_t kRows = 40;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    auto draw = [&] {
      RowRanges rows;
      for (int64_t row = random() % 5; row < static_cast<int64_t>(kRows);) {
        int64_t end = row + 1 + random() % 6;
        rows.Append({row, std::min<int64_t>(end, kRows)});
        row = end + random() % 6;
      }
      return rows;
    };
    RowRanges a = draw();
    RowRanges b = draw();
    auto in_a = BytesOf(a, kRows);
    auto in_b = BytesOf(b, kRows);
    auto in_both = BytesOf(Intersect(a, b), kRows);
    auto in_either = BytesOf(Unite(a, b), kRows);
    for (size_t row = 0; row < kRows; ++row) {
      EXPECT_EQ(in_both[row], in_a[row] & in_b[row]) << "seed " << seed;
      EXPECT_EQ(in_either[row], in_a[row] | in_b[row]) << "seed " << seed;
      auto begin = static_cast<int64_t>(row);
      EXPECT_EQ(a.Touches({begin, begin + 1}), in_a[row] == 1) << "seed " << seed;
    }
    EXPECT_FALSE(a.Touches({7, 7}));
    const RowRange part{static_cast<int64_t>(random() % kRows), static_cast<int64_t>(kRows)};
    auto in_part = BytesOf(a.Within(part), kRows);
    for (int64_t row = part.begin; row < part.end; ++row) {
      EXPECT_EQ(in_part[static_cast<size_t>(row - part.begin)], in_a[static_cast<size_t>(row)]);
      EXPECT_EQ(a.CountBefore(row), std::count(in_a.begin(), in_a.begin() + row, 1));
    }
    EXPECT_EQ(a.count(), std::count(in_a.begin(), in_a.end(), 1));
  }
}

}  // namespace
}  // namespace firn::columnar
