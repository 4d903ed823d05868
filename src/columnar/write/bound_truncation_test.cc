#include "columnar/write/bound_truncation.h"

#include <string>

#include <gtest/gtest.h>

namespace firn::columnar {
namespace {

TEST(BoundTruncationTest, UpperBoundsOfTextsAreRaised) {
  EXPECT_EQ(TruncateTextUp("abc", 3), "abc");
  EXPECT_EQ(TruncateTextUp("abcd", 3), "abd");
  EXPECT_EQ(TruncateTextUp("ab\xF4\x8F\xBF\xBFx", 3), "ac");
  EXPECT_EQ(TruncateTextUp("\xF4\x8F\xBF\xBF\xF4\x8F\xBF\xBF", 1), std::nullopt);
  // U+D7FF is followed by U+E000: between them lie surrogates.
  EXPECT_EQ(TruncateTextUp("\xED\x9F\xBFz", 1), "\xEE\x80\x80");
  EXPECT_EQ(TruncateTextUp("\x7Fz", 1), "\xC2\x80");
  EXPECT_EQ(TruncateTextUp("\xC3\xA4\xC3\xB6\xC3\xBC", 2), "\xC3\xA4\xC3\xB7");
  EXPECT_EQ(TruncateTextUp("\xFF\xFE", 1), std::nullopt);
}

TEST(BoundTruncationTest, WhatIsNoTextHasNoUpperBound) {
  for (std::string_view last : {
           "\xF8\x80\x80\x80",          // no lead byte
           "\xF4\x90\x80\x80",          // above the last code point
           "\xF0\x80\x80\x80",          // longer than it needs to be
           "\xED\xA0\x80",              // a surrogate
           "\xC3\x80\x80\x80\x80\x80",  // longer than any
           "\xC3",                      // cut
       }) {
    EXPECT_EQ(TruncateTextUp("a" + std::string(last) + "z", 2), std::nullopt);
  }
}

TEST(BoundTruncationTest, LowerBoundsAreBeginningsOfWholeCodePoints) {
  EXPECT_EQ(TruncateText("\xC3\xA4\xC3\xB6\xC3\xBC", 2), "\xC3\xA4\xC3\xB6");
  EXPECT_EQ(TruncateText("ab", 5), "ab");
  EXPECT_EQ(TruncateText("", 5), "");
}

TEST(BoundTruncationTest, UpperBoundsOfBytesAreRaised) {
  EXPECT_EQ(TruncateBytesUp("ab", 2), "ab");
  EXPECT_EQ(TruncateBytesUp("abc", 2), "ac");
  EXPECT_EQ(TruncateBytesUp("a\xFFz", 2), "b");
  EXPECT_EQ(TruncateBytesUp("\xFF\xFFz", 2), std::nullopt);
}

}  // namespace
}  // namespace firn::columnar
