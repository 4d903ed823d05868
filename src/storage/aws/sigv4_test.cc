// Against AWS' published examples (IAM User Guide, S3 API Reference, the signature test suite) and
// against requests that botocore signed (tests/golden/sigv4).
#include "storage/aws/sigv4.h"

#include <fstream>
#include <sstream>

#include "base/json_reader.h"
#include "base/sha256.h"
#include "base/testing/matchers.h"

namespace firn::storage::aws {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using std::chrono::seconds;

const Credentials kS3Example{.access_key_id = "AKIAIOSFODNN7EXAMPLE",
                             .secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
const Credentials kSuite{.access_key_id = "AKIDEXAMPLE",
                         .secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
const SigningScope kS3Scope{.region = "us-east-1", .service = "s3"};
const SigningScope kSuiteScope{.region = "us-east-1", .service = "service"};
constexpr TimestampMs kMay2013(1'369'353'600'000);     // 20130524T000000Z
constexpr TimestampMs kAugust2015(1'440'938'160'000);  // 20150830T123600Z
constexpr TimestampMs kLater(kAugust2015.value() + 60'000);

std::string SignatureOf(const http::HttpRequest& request) {
  const std::string* authorization = http::FindHeader(request.headers, "authorization");
  return authorization == nullptr ? ""
                                  : authorization->substr(authorization->find("Signature=") + 10);
}

struct Example {
  std::string method;
  std::string target;
  http::HeaderList headers;
  std::string body;
  std::string signature;
};

TEST(SigV4Test, ExamplesOfTheS3Reference) {
  const Example kExamples[] = {
      {"GET",
       "/test.txt",
       {{"Range", "bytes=0-9"}},
       "",
       "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
      {"PUT",
       "/test%24file.text",
       {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
       "Welcome to Amazon S3.",
       "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
      {"GET",
       "/?lifecycle",
       {},
       "",
       "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
      {"GET",
       "/?max-keys=2&prefix=J",
       {},
       "",
       "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
  };
  for (const Example& example : kExamples) {
    http::HttpRequest request{.method = example.method,
                              .url = "https://examplebucket.s3.amazonaws.com" + example.target,
                              .headers = example.headers,
                              .body = example.body};
    Sign(request, kS3Example, kS3Scope, Sha256Hex(example.body), kMay2013);
    EXPECT_EQ(SignatureOf(request), example.signature) << example.target;
    EXPECT_EQ(AccessKeyOf(request), kS3Example.access_key_id);
    EXPECT_THAT(Verify(request, kS3Example, kS3Scope, kMay2013), IsOk());
  }
}

TEST(SigV4Test, ExamplesOfTheTestSuite) {
  const Example kExamples[] = {
      {"GET", "/", {}, "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"GET",
       "/?Param2=value2&Param1=value1",
       {},
       "",
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"POST", "/", {}, "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"GET",
       "/\xE1\x88\xB4",
       {},
       "",  // the suite's target is not encoded
       "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
      {"GET",
       "/example/..",
       {},
       "",
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"GET", "/./", {}, "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
  };
  for (const Example& example : kExamples) {
    http::HttpRequest request{.method = example.method,
                              .url = "https://example.amazonaws.com" + example.target};
    Sign(request, kSuite, kSuiteScope, Sha256Hex(""), kAugust2015);
    EXPECT_EQ(SignatureOf(request), example.signature) << example.target;
    EXPECT_THAT(Verify(request, kSuite, kSuiteScope, kLater), IsOk());
  }
}

TEST(SigV4Test, ExampleOfTheIamGuide) {
  http::HttpRequest request{
      .method = "GET",
      .url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
      .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}}};
  Sign(request, kSuite, {.region = "us-east-1", .service = "iam"}, Sha256Hex(""), kAugust2015);
  EXPECT_EQ(SignatureOf(request),
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

TEST(SigV4Test, PresignedExampleOfTheS3Reference) {
  auto url = Presign("https://examplebucket.s3.amazonaws.com/test.txt", kS3Example, kS3Scope,
                     {.lifetime = seconds(86400)}, kMay2013);
  ASSERT_THAT(url, IsOk());
  EXPECT_EQ(*url,
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&"
            "X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&"
            "X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&"
            "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

http::HttpRequest RequestOf(const json::Object& entry) {
  http::HttpRequest request{.method = std::string(*json::GetString(entry, "method")),
                            .url = std::string(*json::GetString(entry, "url")),
                            .body = *json::GetString(entry, "body")};
  auto headers = json::GetStringMap(entry, "headers").value();
  for (const auto& [name, value] : headers) {
    request.headers.push_back({name, value});
  }
  return request;
}

TEST(SigV4Test, SignsAsBotocoreDoes) {
  std::string text = ReadFile(FIRN_SOURCE_DIR "/tests/golden/sigv4/botocore.json");
  auto document = json::Document::Parse(text);
  ASSERT_THAT(document, IsOk());
  auto root = json::AsObject(document->root(), "vectors").value();
  TimestampMs now(json::GetInt64(root, "time_ms").value());
  int compared = 0;
  json::Array cases = json::GetArray(root, "cases").value();
  for (json::Element element : cases) {
    auto entry = json::AsObject(element, "case").value();
    http::HttpRequest request = RequestOf(entry);
    Credentials credentials = kSuite;
    credentials.session_token = *json::GetString(entry, "token");
    SigningScope scope{.region = std::string(*json::GetString(entry, "region")),
                       .service = std::string(*json::GetString(entry, "service"))};
    if (auto presigned = json::FindString(entry, "presigned").value(); presigned.has_value()) {
      auto url = Presign(
          request.url, credentials, scope,
          {.method = request.method, .lifetime = seconds(600), .headers = request.headers}, now);
      ASSERT_THAT(url, IsOk());
      size_t at = presigned->find("X-Amz-Signature=");
      EXPECT_EQ(url->substr(url->find("X-Amz-Signature=")), presigned->substr(at)) << request.url;
      request.url = *presigned;  // theirs passes our check
    } else {
      Sign(request, credentials, scope, Sha256Hex(request.body), now);
      EXPECT_EQ(*http::FindHeader(request.headers, "authorization"),
                *json::GetString(entry, "authorization"))
          << request.url;
    }
    EXPECT_THAT(Verify(request, credentials, scope, now), IsOk()) << request.url;
    ++compared;
  }
  EXPECT_EQ(compared, 60);
}

TEST(SigV4Test, SigningAgainReplaces) {
  http::HttpRequest request{.method = "GET", .url = "https://h.example/a"};
  Credentials credentials = kSuite;
  credentials.session_token = "one";
  Sign(request, credentials, kS3Scope, Sha256Hex(""), kMay2013);
  credentials.session_token = "two";
  Sign(request, credentials, kS3Scope, Sha256Hex(""), kLater);
  EXPECT_EQ(request.headers.size(), 4U);
  EXPECT_THAT(Verify(request, credentials, kS3Scope, kLater), IsOk());
}

TEST(SigV4Test, WhatWasChangedOrIsTooOldDoesNotVerify) {
  http::HttpRequest request{.method = "PUT",
                            .url = "https://h.example/a?b=c",
                            .headers = {{"x-amz-meta-a", "1"}, {"accept", "any"}}};
  Sign(request, kSuite, kS3Scope, Sha256Hex(""), kAugust2015);
  ASSERT_THAT(Verify(request, kSuite, kS3Scope, kLater), IsOk());
  auto refused = [&](auto change) {
    http::HttpRequest changed = request;
    change(changed);
    return Verify(changed, kSuite, kS3Scope, kLater);
  };
  const auto kBad = IsError(ErrorCode::kUnauthenticated);
  EXPECT_THAT(refused([](auto& r) { r.method = "GET"; }), kBad);
  EXPECT_THAT(refused([](auto& r) { r.url = "https://h.example/b?b=c"; }), kBad);
  EXPECT_THAT(refused([](auto& r) { r.url = "https://h.example/a?b=d"; }), kBad);
  EXPECT_THAT(refused([](auto& r) { r.url = "https://other.example/a?b=c"; }), kBad);
  EXPECT_THAT(refused([](auto& r) { http::SetHeader(r.headers, "x-amz-meta-a", "2"); }), kBad);
  EXPECT_THAT(refused([](auto& r) { http::SetHeader(r.headers, "x-amz-acl", "public"); }), kBad);
  EXPECT_THAT(refused([](auto& r) { http::SetHeader(r.headers, "x-amz-content-sha256", "0"); }),
              kBad);
  EXPECT_THAT(refused([](auto& r) { http::SetHeader(r.headers, "authorization", "none"); }), kBad);
  EXPECT_THAT(refused([](auto& r) { r.headers.clear(); }), kBad);
  EXPECT_THAT(Verify(request, kS3Example, kS3Scope, kLater), kBad);
  EXPECT_THAT(Verify(request, kSuite, kSuiteScope, kLater), kBad);
  TimestampMs hour_later(kAugust2015.value() + 3'600'000);
  EXPECT_THAT(Verify(request, kSuite, kS3Scope, hour_later), kBad);
  TimestampMs hour_before(kAugust2015.value() - 3'600'000);
  EXPECT_THAT(Verify(request, kSuite, kS3Scope, hour_before), kBad);
}

TEST(SigV4Test, PresignedUrlsEnd) {
  auto url =
      Presign("https://h.example/a", kSuite, kS3Scope, {.lifetime = seconds(120)}, kAugust2015);
  ASSERT_THAT(url, IsOk());
  http::HttpRequest request{.method = "GET", .url = *url};
  EXPECT_THAT(Verify(request, kSuite, kS3Scope, kLater), IsOk());
  TimestampMs after(kAugust2015.value() + 121'000);
  EXPECT_THAT(Verify(request, kSuite, kS3Scope, after), IsError(ErrorCode::kUnauthenticated));
  for (int64_t lifetime : {int64_t{0}, kMaxPresignedLifetime.count() + 1}) {
    EXPECT_THAT(Presign("https://h.example/a", kSuite, kS3Scope, {.lifetime = seconds(lifetime)},
                        kAugust2015),
                IsError(ErrorCode::kInvalidArgument));
  }
}

TEST(SigV4Test, TheSignerHashesTheBodyAndAsksItsProvider) {
  StaticCredentials provider(kSuite);
  ManualClock clock(kAugust2015);
  SigV4Signer signer(provider, kS3Scope, clock);
  http::HttpRequest request{.method = "PUT", .url = "https://h.example/a", .body = "hello"};
  ASSERT_THAT(signer.Sign(request), IsOk());
  EXPECT_EQ(*http::FindHeader(request.headers, "x-amz-content-sha256"), Sha256Hex("hello"));
  EnvironmentCredentials empty([](std::string_view) { return std::nullopt; });
  SigV4Signer unable(empty, kS3Scope, clock);
  EXPECT_THAT(unable.Sign(request), IsError(ErrorCode::kUnauthenticated));
}

}  // namespace
}  // namespace firn::storage::aws
