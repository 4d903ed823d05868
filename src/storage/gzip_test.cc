#include "storage/gzip.h"

#include "base/testing/matchers.h"

namespace firn::storage {
namespace {

using firn::testing::IsError;
using firn::testing::IsOkAnd;

TEST(GzipTest, NamesSayGzip) {
  EXPECT_TRUE(IsGzipMetadataName("file:/t/metadata/00001-x.gz.metadata.json"));
  EXPECT_TRUE(IsGzipMetadataName("file:/t/metadata/00001-x.metadata.json.gz"));
  EXPECT_FALSE(IsGzipMetadataName("file:/t/metadata/00001-x.metadata.json"));
}

TEST(GzipTest, RoundTripOfAnySize) {
  for (size_t size : {size_t{0}, size_t{1}, size_t{255}, size_t{100'000}, size_t{3'000'000}}) {
    std::string text(size, 'x');
    EXPECT_THAT(GzipDecompress(GzipCompress(text), 3'000'000), IsOkAnd(text)) << size;
  }
}

TEST(GzipTest, MembersAreConcatenated) {
  EXPECT_THAT(GzipDecompress(GzipCompress("one ") + GzipCompress("two"), 100), IsOkAnd("one two"));
}

TEST(GzipTest, SizeIsBounded) {
  std::string bomb = GzipCompress(std::string(10'000'000, 'x'));
  EXPECT_THAT(GzipDecompress(bomb, 9'999'999), IsError(ErrorCode::kPayloadTooLarge));
  EXPECT_THAT(GzipDecompress(bomb, 1), IsError(ErrorCode::kPayloadTooLarge));
}

TEST(GzipTest, CorruptAndTruncatedInputIsRefused) {
  std::string bytes = GzipCompress("some text that is long enough to have a body");
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(GzipDecompress(bytes.substr(0, size), 1000), IsError(ErrorCode::kInvalidMetadata));
  }
  EXPECT_THAT(GzipDecompress(bytes + "x", 1000), IsError(ErrorCode::kInvalidMetadata));
}

TEST(GzipTest, MetadataTextGoesByNameAndByFirstBytes) {
  std::string text = R"({"format-version":2})";
  EXPECT_THAT(MetadataText("/t/a.metadata.json", text, 100), IsOkAnd(text));
  EXPECT_THAT(MetadataText("/t/a.gz.metadata.json", GzipCompress(text), 100), IsOkAnd(text));
  EXPECT_THAT(MetadataText("/t/a.metadata.json", GzipCompress(text), 100), IsOkAnd(text));
  EXPECT_THAT(MetadataText("/t/a.gz.metadata.json", text, 100),
              IsError(ErrorCode::kInvalidMetadata));
}

}  // namespace
}  // namespace firn::storage
