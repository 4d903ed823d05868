#include "base/reworded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firn {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(RewordedTest, OnlyTheMessageChanges) {
  const Error error = Error(ErrorCode::kIoError, "short").With("file", "f").With("size", "2");
  const Error reworded = Reworded(error, "File f: short");
  EXPECT_EQ(reworded.message(), "File f: short");
  EXPECT_EQ(reworded.code(), ErrorCode::kIoError);
  EXPECT_EQ(reworded.where().line(), error.where().line());
  EXPECT_THAT(reworded.context(), ElementsAre(Pair("file", "f"), Pair("size", "2")));
}

}  // namespace
}  // namespace firn
