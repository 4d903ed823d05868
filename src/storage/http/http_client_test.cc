#include "storage/http/http_client.h"

#include <deque>

#include "base/testing/matchers.h"
#include "base/testing/recorded_turn.h"
#include "storage/http/testing/recording_sleeper.h"

namespace firn::storage::http {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using std::chrono::milliseconds;
using testing::RecordingSleeper;

/// Answers from a list, the last one for ever.
class ListedTransport final : public HttpTransport {
 public:
  Result<HttpResponse> RoundTrip(const HttpRequest& request, MonotonicTime) override {
    sent.push_back(request.headers);
    Result<HttpResponse> next = answers.front();
    if (answers.size() > 1) {
      answers.pop_front();
    }
    return next;
  }

  std::deque<Result<HttpResponse>> answers;
  std::vector<HeaderList> sent;
};

Result<HttpResponse> Status(int status, HeaderList headers = {}) {
  return HttpResponse{.status = status, .headers = std::move(headers), .body = ""};
}

Result<HttpResponse> Failure(ErrorCode code) { return Error(code, "scripted"); }

class CountingSigner final : public RequestSigner {
 public:
  firn::Status Sign(HttpRequest& request) override {
    SetHeader(request.headers, "authorization", std::to_string(++calls));
    return {};
  }
  int calls = 0;
};

class HttpClientTest : public ::testing::Test {
 protected:
  Result<HttpResponse> Send(SendOptions options = {}) {
    HttpClient client(transport_, clock_, sleeper_, policy_);
    return client.Send({.method = "GET", .url = "http://x/"}, options);
  }

  RetryPolicy policy_{.max_attempts = 4,
                      .min_wait = milliseconds(100),
                      .max_wait = milliseconds(300),
                      .max_retry_after = milliseconds(5'000)};
  ManualClock clock_{TimestampMs(1'000'000)};
  RecordingSleeper sleeper_{&clock_};
  ListedTransport transport_;
};

TEST_F(HttpClientTest, WhatMayPassIsTriedAgainWithGrowingPauses) {
  transport_.answers = {Status(503), Failure(ErrorCode::kIoError), Status(429), Status(200)};
  auto response = Send();
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 200);
  ASSERT_EQ(sleeper_.pauses().size(), 3U);
  int64_t full = 100;
  for (milliseconds pause : sleeper_.pauses()) {
    EXPECT_GE(pause.count(), full / 2);
    EXPECT_LE(pause.count(), full);
    full = std::min<int64_t>(full * 2, 300);
  }
}

TEST_F(HttpClientTest, WhatIsRefusedIsSentAgainAndWhatMayBeDoneIsNot) {
  auto refused = [](const HttpResponse& response) { return response.status == 429; };
  SendOptions options{.replay = Replay::kRefused, .is_transient = refused};
  transport_.answers = {Status(429), Failure(ErrorCode::kUnavailable), Status(503), Status(200)};
  auto response = Send(options);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 503);
  transport_.answers = {Failure(ErrorCode::kIoError), Status(200)};
  EXPECT_THAT(Send(options), IsError(ErrorCode::kIoError));
  transport_.answers = {Status(429), Status(200)};
  response = Send({.replay = Replay::kRefused});
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 429) << "nobody says which response refuses";
}

TEST_F(HttpClientTest, TheLastAnswerIsTheCallers) {
  transport_.answers = {Status(503)};
  auto response = Send();
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(transport_.sent.size(), 4U);
  transport_.answers = {Failure(ErrorCode::kUnavailable)};
  EXPECT_THAT(Send(), IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(transport_.sent.size(), 8U);
}

TEST_F(HttpClientTest, AnAnswerForGoodIsNotTriedAgain) {
  for (int status : {200, 204, 301, 400, 403, 404, 412, 501}) {
    transport_.sent.clear();
    transport_.answers = {Status(status)};
    ASSERT_THAT(Send(), IsOk());
    EXPECT_EQ(transport_.sent.size(), 1U) << status;
  }
  transport_.sent.clear();
  transport_.answers = {Failure(ErrorCode::kPayloadTooLarge)};
  EXPECT_THAT(Send(), IsError(ErrorCode::kPayloadTooLarge));
  EXPECT_EQ(transport_.sent.size(), 1U);
}

TEST_F(HttpClientTest, WhatMustNotHappenTwiceIsSentAgainOnlyWhenItWasNotSent) {
  transport_.answers = {Failure(ErrorCode::kUnavailable), Failure(ErrorCode::kIoError)};
  EXPECT_THAT(Send({.replay = Replay::kNever}), IsError(ErrorCode::kIoError));
  EXPECT_EQ(transport_.sent.size(), 2U);
  transport_.sent.clear();
  transport_.answers = {Status(503)};
  EXPECT_THAT(Send({.replay = Replay::kNever}), IsOk());
  EXPECT_EQ(transport_.sent.size(), 1U);
}

TEST_F(HttpClientTest, TheCallerMayJudgeResponses) {
  transport_.answers = {Status(400), Status(200)};
  SendOptions options;
  options.is_transient = [](const HttpResponse& response) { return response.status == 400; };
  auto response = Send(options);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 200);
}

TEST_F(HttpClientTest, RetryAfterIsHonouredUpToItsLimit) {
  transport_.answers = {Status(503, {{"retry-after", "2"}}),
                        Status(503, {{"retry-after", "Thu, 01 Jan 1970 00:16:45 GMT"}}),
                        Status(503, {{"retry-after", "86400"}}), Status(200)};
  ASSERT_THAT(Send(), IsOk());
  ASSERT_EQ(sleeper_.pauses().size(), 3U);
  EXPECT_EQ(sleeper_.pauses()[0], milliseconds(2'000));
  EXPECT_EQ(sleeper_.pauses()[1], milliseconds(3'000));  // the clock stands at 16:42 by then
  EXPECT_EQ(sleeper_.pauses()[2], milliseconds(5'000));
  transport_.answers = {Status(503, {{"retry-after", "soon"}}), Status(200)};
  ASSERT_THAT(Send(), IsOk());
  EXPECT_LE(sleeper_.pauses()[3], milliseconds(100));
}

TEST_F(HttpClientTest, NoPauseReachesBeyondTheDeadline) {
  transport_.answers = {Status(503, {{"retry-after", "2"}})};
  auto response = Send({.deadline = clock_.Monotonic() + milliseconds(3'000)});
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(transport_.sent.size(), 2U);
}

TEST_F(HttpClientTest, EachAttemptIsSignedAnew) {
  CountingSigner signer;
  transport_.answers = {Status(503), Status(200)};
  ASSERT_THAT(Send({.signer = &signer}), IsOk());
  ASSERT_EQ(transport_.sent.size(), 2U);
  EXPECT_EQ(transport_.sent[1].size(), 1U);
  EXPECT_EQ(transport_.sent[1][0].value, "2");
}

TEST(SystemSleeper, WhoPausesDoesNotCompute) {
  firn::testing::RecordedTurn turn;
  SystemSleeper().Sleep(milliseconds(0));
  EXPECT_EQ(turn.times_given_up(), 1);
  EXPECT_TRUE(turn.computing());
}

}  // namespace
}  // namespace firn::storage::http
