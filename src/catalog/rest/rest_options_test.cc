#include "catalog/rest/rest_options.h"

#include "base/testing/matchers.h"

namespace firn::catalog::rest {
namespace {

using firn::testing::IsError;
using firn::testing::IsOkAnd;

Result<RestOptions> Parse(iceberg::PropertyMap properties) {
  properties.emplace("uri", "http://c/api");
  return ParseRestOptions({.properties = std::move(properties)});
}

TEST(RestOptionsTest, AUriIsTrimmedToWhatPrecedesTheVersion) {
  for (std::string uri : {"http://c/api", "http://c/api/", "http://c/api/v1", "http://c/api/v1/"}) {
    EXPECT_THAT(CheckCatalogUri(uri), IsOkAnd(std::string("http://c/api"))) << uri;
  }
  for (std::string uri : {"", "c", "ftp://c", "http://", "http://u:p@c", "http://c?x=y"}) {
    EXPECT_THAT(CheckCatalogUri(uri), IsError(ErrorCode::kInvalidArgument)) << uri;
  }
}

TEST(RestOptionsTest, ACredentialIsAnIdAndASecretOrASecret) {
  ASSERT_OK_AND_ASSIGN(auto options, Parse({{"credential", "me:a:b"}, {"scope", "PRINCIPAL:ALL"}}));
  EXPECT_EQ(options.oauth.client_id, "me");
  EXPECT_EQ(options.oauth.client_secret, "a:b");
  EXPECT_EQ(options.oauth.scope, "PRINCIPAL:ALL");
  EXPECT_EQ(options.oauth.token_uri, "http://c/api/v1/oauth/tokens");
  ASSERT_OK_AND_ASSIGN(options, Parse({{"credential", "secret"},
                                       {"oauth2-server-uri", "https://auth/realm/token"}}));
  EXPECT_EQ(options.oauth.client_id, "");
  EXPECT_EQ(options.oauth.client_secret, "secret");
  EXPECT_EQ(options.oauth.token_uri, "https://auth/realm/token");
  ASSERT_OK_AND_ASSIGN(options, Parse({{"oauth2-server-uri", "/token"}}));
  EXPECT_EQ(options.oauth.token_uri, "http://c/api/token");
  EXPECT_THAT(Parse({{"credential", "me:"}}), IsError(ErrorCode::kInvalidArgument));
}

TEST(RestOptionsTest, NumbersAndHeadersAreChecked) {
  ASSERT_OK_AND_ASSIGN(auto options, Parse({{"rest.client.max-retries", "0"},
                                            {"rest.client.socket-timeout-ms", "250"},
                                            {"header.X-A", "b"}}));
  EXPECT_EQ(options.retry.max_attempts, 1);
  EXPECT_EQ(options.attempt_timeout.count(), 250);
  ASSERT_EQ(options.headers.size(), 1U);
  EXPECT_EQ(options.headers[0].name, "X-A");
  EXPECT_THAT(Parse({{"rest.client.max-retries", "-1"}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Parse({{"rest.client.socket-timeout-ms", "0"}}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Parse({{"header.", "b"}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Parse({{"header.a b", "c"}}), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::catalog::rest
