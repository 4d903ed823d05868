#include "storage/http/uri.h"

#include <gtest/gtest.h>

#include "storage/http/http_date.h"

namespace firn::storage::http {
namespace {

TEST(UriTest, AllButUnreservedIsEncoded) {
  EXPECT_EQ(UriEncode("a-b._~Z9", Slash::kEncode), "a-b._~Z9");
  EXPECT_EQ(UriEncode("a/b c+d=é%", Slash::kEncode), "a%2Fb%20c%2Bd%3D%C3%A9%25");
  EXPECT_EQ(UriEncode("a/b c", Slash::kKeep), "a/b%20c");
}

TEST(UriTest, DecodingIsTheReverseAndLeavesWhatIsNoEscape) {
  EXPECT_EQ(UriDecode("a%2Fb%20c%c3%a9"), "a/b cé");
  EXPECT_EQ(UriDecode("100%"), "100%");
  EXPECT_EQ(UriDecode("%zz+%4"), "%zz+%4");
}

TEST(UriTest, AUrlIsTakenApart) {
  UrlParts parts = SplitUrl("https://h:9/a/b?c=d?e");
  EXPECT_EQ(parts.scheme, "https");
  EXPECT_EQ(parts.authority, "h:9");
  EXPECT_EQ(parts.path, "/a/b");
  EXPECT_EQ(parts.query, "c=d?e");
  parts = SplitUrl("http://h?x");
  EXPECT_EQ(parts.authority, "h");
  EXPECT_EQ(parts.path, "");
  EXPECT_EQ(parts.query, "x");
  parts = SplitUrl("/a?b");
  EXPECT_EQ(parts.authority, "");
  EXPECT_EQ(parts.path, "/a");
}

TEST(HttpDateTest, DatesOfHeadersAreRead) {
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), TimestampMs(784'111'777'000));
  EXPECT_EQ(ParseHttpDate("no date"), std::nullopt);
}

}  // namespace
}  // namespace firn::storage::http
