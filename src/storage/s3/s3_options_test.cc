#include "storage/s3/s3_options.h"

#include "base/testing/matchers.h"

namespace firn::storage::s3 {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using ::testing::HasSubstr;
using ::testing::Not;

class S3OptionsTest : public ::testing::Test {
 protected:
  Result<S3Options> Parse(const Properties& properties) {
    return ParseS3Options(properties, [this](std::string_view name) -> std::optional<std::string> {
      auto found = environment_.find(name);
      return found == environment_.end() ? std::nullopt : std::optional(found->second);
    });
  }

  Properties environment_;
};

TEST_F(S3OptionsTest, WithoutOptionsItIsAws) {
  auto options = Parse({{"warehouse", "x"}, {"uri", "y"}});
  ASSERT_THAT(options, IsOk());
  EXPECT_EQ(options->endpoint, "");
  EXPECT_EQ(options->region, "us-east-1");
  EXPECT_EQ(options->addressing, Addressing::kVirtualHost);
}

TEST_F(S3OptionsTest, TheEcosystemsNamesAreRead) {
  auto options = Parse({{"s3.endpoint", "https://account.r2.example/"},
                        {"s3.region", "auto"},
                        {"s3.access-key-id", "id"},
                        {"s3.secret-access-key", "secret"},
                        {"s3.session-token", "token"},
                        {"s3.force-virtual-addressing", "True"},
                        {"s3.connect-timeout", "1.5"},
                        {"s3.request-timeout", "60"},
                        {"s3.retry.num-retries", "2"},
                        {"s3.retry.min-wait-ms", "10"},
                        {"s3.retry.max-wait-ms", "20"},
                        {"s3.multipart.part-size-bytes", "8388608"},
                        {"s3.ca-file", "/etc/ca.pem"}});
  ASSERT_THAT(options, IsOk());
  EXPECT_EQ(options->endpoint, "https://account.r2.example");
  EXPECT_EQ(options->region, "auto");
  EXPECT_EQ(options->credentials, (aws::Credentials{"id", "secret", "token"}));
  EXPECT_EQ(options->addressing, Addressing::kVirtualHost);
  EXPECT_EQ(options->connect_timeout.count(), 1500);
  EXPECT_EQ(options->request_timeout.count(), 60'000);
  EXPECT_EQ(options->retry.max_attempts, 3);
  EXPECT_EQ(options->retry.min_wait.count(), 10);
  EXPECT_EQ(options->retry.max_wait.count(), 20);
  EXPECT_EQ(options->part_bytes, 8'388'608);
  EXPECT_EQ(options->ca_file, "/etc/ca.pem");
}

TEST_F(S3OptionsTest, AddressingFollowsTheEndpointUnlessAsked) {
  auto addressing = [this](Properties more) {
    more["s3.endpoint"] = "http://127.0.0.1:9000";
    return Parse(more)->addressing;
  };
  EXPECT_EQ(addressing({}), Addressing::kPath);
  EXPECT_EQ(addressing({{"s3.path-style-access", "false"}}), Addressing::kVirtualHost);
  EXPECT_EQ(addressing({{"s3.path-style-access", "true"}, {"s3.force-virtual-addressing", "true"}}),
            Addressing::kVirtualHost);
  EXPECT_EQ(Parse({{"s3.path-style-access", "true"}})->addressing, Addressing::kPath);
}

TEST_F(S3OptionsTest, TheRegionComesFromOptionEnvironmentProfile) {
  environment_ = {{"AWS_DEFAULT_REGION", "eu-west-2"}};
  EXPECT_EQ(Parse({})->region, "eu-west-2");
  environment_["AWS_REGION"] = "eu-west-1";
  EXPECT_EQ(Parse({})->region, "eu-west-1");
  EXPECT_EQ(Parse({{"client.region", "eu-north-1"}})->region, "eu-north-1");
}

TEST_F(S3OptionsTest, WhatIsWrongIsNamedWithoutItsValue) {
  const Properties kWrong[] = {
      {{"s3.acces-key-id", "hunter2"}},          {{"s3.endpoint", "127.0.0.1:9000"}},
      {{"s3.endpoint", "ftp://hunter2"}},        {{"s3.endpoint", "http://user:hunter2@host"}},
      {{"s3.endpoint", "http://host/?hunter2"}}, {{"s3.secret-access-key", "hunter2"}},
      {{"s3.path-style-access", "hunter2"}},     {{"s3.request-timeout", "0"}},
      {{"s3.request-timeout", "nan"}},           {{"s3.connect-timeout", "hunter2"}},
      {{"s3.retry.num-retries", "-1"}},          {{"s3.multipart.part-size-bytes", "1"}}};
  for (const Properties& properties : kWrong) {
    auto parsed = Parse(properties);
    ASSERT_THAT(parsed, IsError(ErrorCode::kInvalidArgument)) << properties.begin()->first;
    EXPECT_THAT(parsed.error().message(), HasSubstr("s3."));
    EXPECT_THAT(parsed.error().message(), Not(HasSubstr("hunter2")));
  }
}

TEST_F(S3OptionsTest, GivenKeysComeBeforeTheChain) {
  ManualClock clock(TimestampMs(0));
  environment_ = {{"AWS_ACCESS_KEY_ID", "e"}, {"AWS_SECRET_ACCESS_KEY", "es"}};
  auto lookup = [this](std::string_view name) -> std::optional<std::string> {
    auto found = environment_.find(name);
    return found == environment_.end() ? std::nullopt : std::optional(found->second);
  };
  S3Options options = Parse({}).value();
  EXPECT_THAT(MakeCredentials(options, lookup, clock)->Get(),
              IsOkAnd(aws::Credentials{"e", "es", ""}));
  options.credentials = {"o", "os", ""};
  EXPECT_THAT(MakeCredentials(options, lookup, clock)->Get(),
              IsOkAnd(aws::Credentials{"o", "os", ""}));
}

}  // namespace
}  // namespace firn::storage::s3
