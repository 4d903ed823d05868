#include "storage/location.h"

#include "base/testing/matchers.h"

namespace firn::storage {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;

std::string Canonical(std::string_view text) {
  auto location = Location::Parse(text);
  return location.has_value() ? location->Canonical() : "error";
}

bool Overlaps(std::string_view a, std::string_view b) {
  return Overlap(Location::Parse(a).value(), Location::Parse(b).value());
}

TEST(LocationTest, SpellingsOfOnePlaceAreEqual) {
  for (std::string_view text : {"/a/b", "/a/b/", "file:/a/b", "file:///a/b", "file:/a/b/"}) {
    EXPECT_EQ(Canonical(text), "file:///a/b") << text;
  }
  for (std::string_view text : {"s3://bucket/k", "s3a://bucket/k", "s3n://bucket/k/"}) {
    EXPECT_EQ(Canonical(text), "s3://bucket/k") << text;
  }
  EXPECT_EQ(Canonical("s3://bucket"), Canonical("s3://bucket/"));
  EXPECT_EQ(Canonical("abfss://c@acc.dfs.core.windows.net/x"),
            "abfs://c@acc.dfs.core.windows.net/x");
}

TEST(LocationTest, PercentQueryAndFragmentCharactersAreRaw) {
  EXPECT_EQ(Canonical("file:/a%20b/c?d#e"), "file:///a%20b/c?d#e");
  EXPECT_EQ(Canonical("/a/%2e%2e/b"), "file:///a/%2e%2e/b");
  EXPECT_EQ(Canonical("/a b/\xc3\xa9"), "file:///a b/\xc3\xa9");
}

TEST(LocationTest, DisguisesAreRefused) {
  for (std::string_view text : {"",
                                "a/b",
                                "file:a",
                                "file://",
                                "file://host/a",
                                "file://localhost/a",
                                "/a/../b",
                                "/a/..",
                                "/a/./b",
                                "/a//b",
                                "//a",
                                "file:////a",
                                "/a//",
                                "s3:/bucket/a",
                                "s3:///a",
                                "s3://user@bucket/a",
                                "s3://bucket:80/a",
                                "s3://bu cket/a",
                                "http://x/a",
                                "ftp:/a",
                                "FILE:/a",
                                "S3://b/a",
                                "abfs://a@b@c/x",
                                "/a\nb",
                                "/a\x7f",
                                "gs://b/a/../c"}) {
    EXPECT_THAT(Location::Parse(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
  EXPECT_THAT(Location::Parse(std::string_view("/a\0b", 4)), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Location::Parse("/" + std::string(kMaxLocationBytes, 'a')),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Location::Parse("/" + std::string(kMaxLocationBytes - 1, 'a')), IsOk());
}

TEST(LocationTest, OverlapGoesBySegments) {
  EXPECT_TRUE(Overlaps("/a/b", "file:///a/b/c"));
  EXPECT_TRUE(Overlaps("file:/a/b/c", "/a/b"));
  EXPECT_TRUE(Overlaps("/", "/a"));
  EXPECT_TRUE(Overlaps("s3://b", "s3a://b/x"));
  EXPECT_FALSE(Overlaps("/a/b", "/a/bc"));
  EXPECT_FALSE(Overlaps("/a/b", "/a/b-1"));
  EXPECT_FALSE(Overlaps("s3://b/x", "gs://b/x"));
  EXPECT_FALSE(Overlaps("s3://b/x", "s3://c/x"));
}

TEST(LocationTest, JoiningKeepsTheBaseAsWritten) {
  EXPECT_EQ(JoinLocation("file:/a", "metadata/x.json"), "file:/a/metadata/x.json");
  EXPECT_EQ(JoinLocation("file:///a/", "/b"), "file:///a/b");
  EXPECT_EQ(JoinLocation("/", "b"), "/b");
}

TEST(LocationTest, SafeSegmentsAreValidSegments) {
  EXPECT_EQ(SafeSegment("orders_2024"), "orders_2024");
  EXPECT_EQ(SafeSegment("a.b"), "a.b");
  EXPECT_EQ(SafeSegment(".."), "__");
  EXPECT_EQ(SafeSegment(""), "_");
  EXPECT_EQ(SafeSegment("a/b%c d?"), "a_b_c_d_");
  for (int c = 0; c < 256; ++c) {
    std::string name(3, static_cast<char>(c));
    EXPECT_THAT(Location::Parse("/" + SafeSegment(name)), IsOk()) << c;
  }
  EXPECT_EQ(SafeSegment(std::string(500, 'x')).size(), 64);
}

}  // namespace
}  // namespace firn::storage
