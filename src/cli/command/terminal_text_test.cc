#include "cli/command/terminal_text.h"

#include <gtest/gtest.h>

namespace firn::cli {
namespace {

TEST(TerminalTextTest, WhatATerminalObeysIsReplaced) {
  EXPECT_EQ(Printable("a\x1B[31mb\n\x7F"), "a?[31mb??");
  EXPECT_EQ(Printable("\xC2\x9B"), "?");          // CSI of C1
  EXPECT_EQ(Printable("x\xE2\x80\xAEy"), "x?y");  // right-to-left override
  EXPECT_EQ(Printable("\x9B"
                      "31m"),
            "?31m");  // a bare byte
  EXPECT_EQ(Printable("é 日本 😀"), "é 日本 😀");
}

TEST(TerminalTextTest, WideCharactersCountTwice) {
  EXPECT_EQ(DisplayWidth("abc"), 3U);
  EXPECT_EQ(DisplayWidth("é"), 1U);
  EXPECT_EQ(DisplayWidth("日本"), 4U);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1U);  // a combining accent
  EXPECT_EQ(DisplayWidth("\xFF\xE6"), 2U);   // malformed
}

TEST(TerminalTextTest, MalformedBytesAreReplacedOneByOne) {
  EXPECT_EQ(ValidUtf8("a\xFF\xFE"), "a\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(ValidUtf8("\xC0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD");                  // overlong
  EXPECT_EQ(ValidUtf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a surrogate
  EXPECT_EQ(ValidUtf8("日本"), "日本");
}

}  // namespace
}  // namespace firn::cli
