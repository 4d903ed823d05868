#include "storage/s3/s3_address.h"

#include "base/testing/matchers.h"

namespace firn::storage::s3 {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;

TEST(S3AddressTest, LocationsAreBucketAndKey) {
  auto address = ParseAddress("s3a://b.c/x/y z");
  ASSERT_THAT(address, IsOk());
  EXPECT_EQ(address->bucket, "b.c");
  EXPECT_EQ(address->key, "x/y z");
  EXPECT_EQ(ParseAddress("s3://b")->key, "");
  EXPECT_EQ(ParseAddress("s3://b/x/")->key, "x");
  for (std::string bad : {"file:///x", "gs://b/x", "s3:///x", "s3://b/../x"}) {
    EXPECT_THAT(ParseAddress(bad), IsError(ErrorCode::kInvalidArgument)) << bad;
  }
  EXPECT_THAT(ParseObjectAddress("s3://b/x/"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ParseObjectAddress("s3://b"), IsError(ErrorCode::kInvalidArgument));
}

TEST(S3AddressTest, AwsPutsTheBucketIntoTheHost) {
  S3Options options{.region = "eu-west-1"};
  EXPECT_EQ(UrlOf(options, {"b", "x/ü y"}), "https://b.s3.eu-west-1.amazonaws.com/x/%C3%BC%20y");
  EXPECT_EQ(UrlOf(options, {"b", ""}), "https://b.s3.eu-west-1.amazonaws.com/");
  options.region = "cn-north-1";
  EXPECT_EQ(UrlOf(options, {"b", "k"}), "https://b.s3.cn-north-1.amazonaws.com.cn/k");
  options.addressing = Addressing::kPath;
  EXPECT_EQ(UrlOf(options, {"b", "k"}), "https://s3.cn-north-1.amazonaws.com.cn/b/k");
}

TEST(S3AddressTest, ADottedBucketHasNoCertificateAsAHost) {
  S3Options options{.region = "eu-west-1"};
  EXPECT_EQ(UrlOf(options, {"b.c", "k"}), "https://s3.eu-west-1.amazonaws.com/b.c/k");
  options.endpoint = "http://h:1";
  EXPECT_EQ(UrlOf(options, {"b.c", "k"}), "http://b.c.h:1/k");
}

TEST(S3AddressTest, EndpointsMayHavePortAndPath) {
  S3Options options{.endpoint = "http://h:1/s3", .addressing = Addressing::kPath};
  EXPECT_EQ(UrlOf(options, {"b", "k"}), "http://h:1/s3/b/k");
  EXPECT_EQ(UrlOf(options, {"b", ""}), "http://h:1/s3/b");
  options.addressing = Addressing::kVirtualHost;
  EXPECT_EQ(UrlOf(options, {"b", "k"}), "http://b.h:1/s3/k");
}

}  // namespace
}  // namespace firn::storage::s3
