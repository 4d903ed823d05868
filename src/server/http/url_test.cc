#include "server/http/url.h"

#include "base/testing/matchers.h"

namespace firn::http {
namespace {

using firn::testing::IsError;

TEST(UrlTest, DecodesEscapes) {
  EXPECT_EQ(*PercentDecode("a%1Fb%2f%C3%A9"),
            "a\x1F"
            "b/\xC3\xA9");
  EXPECT_EQ(*PercentDecode("a+b"), "a+b");
  EXPECT_EQ(*PercentDecode("a+b%2B", true), "a b+");
}

TEST(UrlTest, RefusesBrokenEscapesNulAndBadUtf8) {
  for (std::string_view text : {"%", "%1", "%zz", "a%", "%00", "%ff", "%C3"}) {
    EXPECT_THAT(PercentDecode(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(UrlTest, EncodesWhatItDecodes) {
  std::string odd = "a/b c%\x1F.\xC3\xA9";
  EXPECT_EQ(*PercentDecode(PercentEncode(odd)), odd);
  EXPECT_EQ(PercentEncode("a/\x1F"), "a%2F%1F");
}

TEST(UrlTest, SplitsPaths) {
  EXPECT_EQ(SplitPath("/v1/a%2Fb//c/"),
            (std::vector<std::string_view>{"v1", "a%2Fb", "", "c", ""}));
}

TEST(QueryTest, FindsDecodedValues) {
  ASSERT_OK_AND_ASSIGN(auto query, Query::Parse("pageToken=&parent=a%1Fb&flag&x=1=2"));
  EXPECT_EQ(query.Find("pageToken"), "");
  EXPECT_EQ(query.Find("parent"),
            "a\x1F"
            "b");
  EXPECT_EQ(query.Find("flag"), "");
  EXPECT_EQ(query.Find("x"), "1=2");
  EXPECT_EQ(query.Find("absent"), std::nullopt);
}

}  // namespace
}  // namespace firn::http
