#include "base/table_identifier.h"

#include "base/testing/matchers.h"

namespace firn {
namespace {

using testing::IsError;

TEST(TableIdentifierTest, ReadsDottedNames) {
  ASSERT_OK_AND_ASSIGN(auto id, ParseDottedIdentifier("db.schema.table"));
  EXPECT_EQ(id.name_space.levels, (std::vector<std::string>{"db", "schema"}));
  EXPECT_EQ(id.name, "table");
  EXPECT_EQ(id.ToString(), "db.schema.table");
}

TEST(TableIdentifierTest, QuotesHoldDots) {
  ASSERT_OK_AND_ASSIGN(auto id, ParseDottedIdentifier(R"(db."a.b"."say ""hi""")"));
  EXPECT_EQ(id.name_space.levels, (std::vector<std::string>{"db", "a.b"}));
  EXPECT_EQ(id.name, "say \"hi\"");
}

TEST(TableIdentifierTest, WhatIsWrittenIsReadBack) {
  NamespacePath path{{"db", "a.b", "say \"hi\"", "\"", ".", "ä b/c"}};
  std::string text = ToDotted(path);
  EXPECT_EQ(text, R"(db."a.b".say "hi"."""".".".ä b/c)");
  ASSERT_OK_AND_ASSIGN(auto again, ParseDottedNamespace(text));
  EXPECT_EQ(again, path);
  EXPECT_EQ(ToDotted(TableIdentifier{{{"a"}}, "t.1"}), R"(a."t.1")");
  EXPECT_EQ(ToDotted(TableIdentifier{{}, "t"}), "t");
}

TEST(TableIdentifierTest, RefusesHalfNames) {
  for (std::string_view text : {"", ".", "a.", ".a", "a..b", "\"a", "\"a\"b"}) {
    EXPECT_THAT(ParseDottedIdentifier(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(TableIdentifierTest, NameAloneIsInTheEmptyNamespace) {
  ASSERT_OK_AND_ASSIGN(auto id, ParseDottedIdentifier("t"));
  EXPECT_TRUE(id.name_space.empty());
  EXPECT_EQ(id.ToString(), "t");
}

}  // namespace
}  // namespace firn
