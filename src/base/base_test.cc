#include <gtest/gtest.h>

#include "base/base64url.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/murmur3.h"
#include "base/sha256.h"
#include "base/uuid.h"

namespace firn {
namespace {

TEST(UuidTest, PrintsWhatItParsed) {
  constexpr std::string_view kText = "f79c3e09-677c-4bbd-a479-3f349cb785e7";
  auto uuid = Uuid::Parse(kText);
  ASSERT_TRUE(uuid);
  EXPECT_EQ(uuid->ToString(), kText);
  EXPECT_EQ(Uuid::Parse("F79C3E09-677C-4BBD-A479-3F349CB785E7"), uuid);
}

TEST(UuidTest, RefusesEverythingElse) {
  EXPECT_FALSE(Uuid::Parse(""));
  EXPECT_FALSE(Uuid::Parse("f79c3e09677c4bbda4793f349cb785e7"));
  EXPECT_FALSE(Uuid::Parse("f79c3e09-677c-4bbd-a479-3f349cb785eg"));
  EXPECT_FALSE(Uuid::Parse("f79c3e09-677c-4bbd-a479-3f349cb785e7 "));
}

TEST(UuidTest, VersionsAreMarked) {
  EXPECT_EQ(Uuid::Random().version(), 4);
  Uuid earlier = Uuid::TimeOrdered(TimestampMs(1000));
  Uuid later = Uuid::TimeOrdered(TimestampMs(2000));
  EXPECT_EQ(earlier.version(), 7);
  EXPECT_LT(earlier, later);
}

// Vectors of the specification's Appendix B (hash of the little-endian bytes of the value).
TEST(Murmur3Test, SpecificationVectors) {
  EXPECT_EQ(static_cast<int32_t>(Murmur3(std::string_view("\x22\0\0\0\0\0\0\0", 8))), 2017239379);
  EXPECT_EQ(static_cast<int32_t>(Murmur3("iceberg")), 1210000089);
  EXPECT_EQ(static_cast<int32_t>(Murmur3(std::string_view("\x00\x01\x02\x03", 4))), -188683207);
  EXPECT_EQ(Murmur3(""), 0U);
}

TEST(Sha256Test, KnownDigest) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Base64UrlTest, RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(Base64UrlDecode(Base64UrlEncode(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
}

TEST(Base64UrlTest, RefusesBadText) {
  EXPECT_FALSE(Base64UrlDecode("A"));
  EXPECT_FALSE(Base64UrlDecode("AA=="));
  EXPECT_FALSE(Base64UrlDecode("A+"));
  EXPECT_FALSE(Base64UrlDecode("AB"));  // stray bits
}

TEST(HexTest, RoundTrips) {
  EXPECT_EQ(HexEncode("\x01\xAB"), "01ab");
  EXPECT_EQ(HexDecode("01AB"), std::string("\x01\xAB"));
  EXPECT_FALSE(HexDecode("0"));
  EXPECT_FALSE(HexDecode("0g"));
}

TEST(ClockTest, FormatsUtc) {
  EXPECT_EQ(FormatUtc(TimestampMs(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatUtc(TimestampMs(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatUtc(TimestampMs(1769903999123)), "2026-01-31T23:59:59.123Z");
}

}  // namespace
}  // namespace firn
