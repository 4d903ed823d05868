#include "table/scan/file_spans.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firn::table {
namespace {

using ::testing::ElementsAre;

std::vector<FileSpan> Cut(const std::vector<int64_t>& offsets, int64_t bytes) {
  iceberg::ManifestColumns manifest;
  manifest.split_offsets.Append(offsets);
  return SpansOf(manifest, 0, bytes);
}

TEST(FileSpansTest, SpansHaveTheirBytesAndAreTheFile) {
  constexpr int64_t kEnd = FileSpan().end;
  EXPECT_THAT(Cut({4, 100, 200, 300}, 100), ElementsAre(FileSpan{0, 100}, FileSpan{100, 200},
                                                        FileSpan{200, 300}, FileSpan{300, kEnd}));
  EXPECT_THAT(Cut({4, 100, 200, 300}, 150), ElementsAre(FileSpan{0, 200}, FileSpan{200, kEnd}));
  EXPECT_THAT(Cut({4, 100}, 1000), ElementsAre(FileSpan{0, kEnd}));
  EXPECT_THAT(Cut({4, 100}, 1), ElementsAre(FileSpan{0, 100}, FileSpan{100, kEnd}));
  EXPECT_THAT(Cut({}, 1), ElementsAre(FileSpan{0, kEnd}));
}

TEST(FileSpansTest, OffsetsThatDoNotAscendSplitNothing) {
  EXPECT_THAT(Cut({300, 200, 100}, 100), ElementsAre(FileSpan{0, 200}, FileSpan{200}));
  EXPECT_THAT(Cut({-5, -100}, 1), ElementsAre(FileSpan{}));
}

TEST(FileSpansTest, AManifestWithoutOffsetsHasWholeFiles) {
  EXPECT_THAT(SpansOf({}, 3, 1), ElementsAre(FileSpan{}));
}

}  // namespace
}  // namespace firn::table
