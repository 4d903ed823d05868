// What a network does to one attempt: each case ends in a whole response or in one error.
#include "storage/http/curl_transport.h"

#include <atomic>
#include <thread>

#include "base/testing/matchers.h"
#include "base/testing/recorded_turn.h"
#include "storage/http/testing/loopback_server.h"

namespace firn::storage::http {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using std::chrono::milliseconds;
using testing::Answer;
using testing::AnswerEnd;
using testing::LoopbackServer;
using testing::ReceivedRequest;
using testing::ScriptedAnswer;

class CurlTransportTest : public ::testing::Test {
 protected:
  Result<HttpResponse> Get(const LoopbackServer& server,
                           milliseconds within = milliseconds(10'000)) {
    return transport_->RoundTrip({.method = "GET", .url = server.uri() + "/a%2Fb?x=%20"},
                                 std::chrono::steady_clock::now() + within);
  }

  std::unique_ptr<CurlTransport> transport_ = CurlTransport::Make({}).value();
};

LoopbackServer::Script Always(ScriptedAnswer answer) {
  return [answer](const ReceivedRequest&, int) { return answer; };
}

TEST_F(CurlTransportTest, SendsExactlyWhatItWasGiven) {
  LoopbackServer server(Always(Answer(200, "hello", "ETag: \"1\"\r\nX-Empty:\r\n")));
  std::string body(300'000, 'b');
  auto response = transport_->RoundTrip({.method = "PUT",
                                         .url = server.uri() + "/a%2Fb/./c?x=%20&y",
                                         .headers = {{"x-one", "1"}, {"x-none", ""}},
                                         .body = body},
                                        kNoDeadline);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(*FindHeader(response->headers, "ETAG"), "\"1\"");
  EXPECT_EQ(*FindHeader(response->headers, "x-empty"), "");
  ReceivedRequest request = server.requests().at(0);
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.target, "/a%2Fb/./c?x=%20&y");
  EXPECT_EQ(request.body, body);
  EXPECT_EQ(*FindHeader(request.headers, "x-one"), "1");
  EXPECT_EQ(*FindHeader(request.headers, "x-none"), "");
  EXPECT_EQ(FindHeader(request.headers, "expect"), nullptr);
  EXPECT_EQ(FindHeader(request.headers, "content-type"), nullptr);
}

TEST_F(CurlTransportTest, EveryMethodIsSentAsItIs) {
  LoopbackServer server([](const ReceivedRequest& request, int) {
    return Answer(request.method == "HEAD" ? 404 : 204, "");
  });
  for (std::string method : {"GET", "HEAD", "DELETE", "POST", "PUT"}) {
    auto response = transport_->RoundTrip({.method = method, .url = server.uri()}, kNoDeadline);
    ASSERT_THAT(response, IsOk()) << method;
    EXPECT_EQ(server.requests().back().method, method);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlTransportTest, AHeadersLineBreakIsRefused) {
  HttpRequest request{
      .method = "GET", .url = "http://127.0.0.1:1/", .headers = {{"a", "b\r\nc: d"}}};
  EXPECT_THAT(transport_->RoundTrip(request, kNoDeadline), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(CurlTransportTest, OtherSchemesAreRefused) {
  for (std::string url : {"file:///etc/passwd", "ftp://127.0.0.1/x", "nothing at all"}) {
    EXPECT_THAT(transport_->RoundTrip({.method = "GET", .url = url}, kNoDeadline),
                IsError(ErrorCode::kInvalidArgument))
        << url;
  }
}

TEST_F(CurlTransportTest, ARefusedConnectionSentNothing) {
  std::string uri;
  {
    LoopbackServer gone(Always(Answer(200, "")));
    uri = gone.uri();
  }
  EXPECT_THAT(transport_->RoundTrip({.method = "GET", .url = uri}, kNoDeadline),
              IsError(ErrorCode::kUnavailable));
}

TEST_F(CurlTransportTest, AShortBodyIsNeverData) {
  ScriptedAnswer whole = Answer(200, std::string(1000, 'x'));
  for (AnswerEnd end : {AnswerEnd::kClose, AnswerEnd::kReset}) {
    for (size_t keep : {0UZ, 10UZ, whole.bytes.size() - 1000, whole.bytes.size() - 1}) {
      ScriptedAnswer half{.bytes = whole.bytes.substr(0, keep), .end = end};
      LoopbackServer server(Always(half));
      EXPECT_THAT(Get(server), IsError(ErrorCode::kIoError)) << keep;
    }
  }
}

TEST_F(CurlTransportTest, AChunkedBodyCutShortIsNeverData) {
  std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  LoopbackServer whole(Always({.bytes = head + "3\r\nabc\r\n0\r\n\r\n"}));
  auto response = Get(whole);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->body, "abc");
  LoopbackServer cut(Always({.bytes = head + "3\r\nabc\r\n", .end = AnswerEnd::kClose}));
  EXPECT_THAT(Get(cut), IsError(ErrorCode::kIoError));
}

TEST_F(CurlTransportTest, SilenceEndsAtTheDeadline) {
  ScriptedAnswer whole = Answer(200, "0123456789");
  for (size_t keep : {0UZ, whole.bytes.size() - 5}) {
    LoopbackServer server(Always({.bytes = whole.bytes.substr(0, keep), .end = AnswerEnd::kStall}));
    EXPECT_THAT(Get(server, milliseconds(100)), IsError(ErrorCode::kDeadlineExceeded)) << keep;
  }
}

TEST_F(CurlTransportTest, DrippingBytesAreCutAsStalled) {
  transport_ = CurlTransport::Make({.stall_timeout = std::chrono::seconds(1)}).value();
  ScriptedAnswer slow = Answer(200, std::string(100'000, 'x'));
  slow.drip = milliseconds(5);
  LoopbackServer server(Always(slow));
  EXPECT_THAT(Get(server, milliseconds(30'000)), IsError(ErrorCode::kIoError));
}

TEST_F(CurlTransportTest, ABodyAboveItsLimitIsRefusedAndAnErrorsBodyCut) {
  LoopbackServer large(Always(Answer(200, std::string(1001, 'x'))));
  HttpRequest request{.method = "GET", .url = large.uri(), .max_response_bytes = 1000};
  EXPECT_THAT(transport_->RoundTrip(request, kNoDeadline), IsError(ErrorCode::kPayloadTooLarge));
  request.max_response_bytes = 1001;
  EXPECT_THAT(transport_->RoundTrip(request, kNoDeadline), IsOk());
  LoopbackServer failing(Always(Answer(500, std::string(200'000, 'x'))));
  request.url = failing.uri();
  auto response = transport_->RoundTrip(request, kNoDeadline);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->body.size(), static_cast<size_t>(kMaxErrorBodyBytes));
}

TEST_F(CurlTransportTest, EndlessHeadersAreRefused) {
  std::string headers;
  for (int i = 0; i < 2000; ++i) {
    headers += "X-" + std::to_string(i) + ": " + std::string(50, 'h') + "\r\n";
  }
  LoopbackServer server(Always(Answer(200, "", headers)));
  EXPECT_THAT(Get(server), IsError(ErrorCode::kPayloadTooLarge));
}

TEST_F(CurlTransportTest, RedirectsAreAnswers) {
  LoopbackServer server(Always(Answer(307, "", "Location: http://127.0.0.1:1/\r\n")));
  auto response = Get(server);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 307);
}

TEST_F(CurlTransportTest, ConnectionsAreKeptAndBounded) {
  transport_ = CurlTransport::Make({.max_connections = 2}).value();
  LoopbackServer server(Always(Answer(200, "x")));
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 20; ++k) {
          EXPECT_THAT(Get(server), IsOk());
        }
      });
    }
  }
  EXPECT_EQ(server.requests().size(), 160U);
  EXPECT_LE(server.connections(), 2);
}

TEST_F(CurlTransportTest, WaitingForAConnectionEndsAtTheDeadline) {
  transport_ = CurlTransport::Make({.max_connections = 1}).value();
  LoopbackServer server(Always({.bytes = "", .end = AnswerEnd::kStall}));
  std::jthread holder([&] { EXPECT_FALSE(Get(server, milliseconds(1'000)).has_value()); });
  while (server.requests().empty()) {
    std::this_thread::yield();
  }
  EXPECT_THAT(Get(server, milliseconds(50)), IsError(ErrorCode::kUnavailable));
}

TEST_F(CurlTransportTest, WhoWaitsForAnAnswerDoesNotCompute) {
  firn::testing::RecordedTurn turn;
  std::atomic<bool> computed = false;
  LoopbackServer server([&](const ReceivedRequest&, int) {
    computed = computed || turn.computing();
    return Answer(200, "x");
  });
  EXPECT_THAT(Get(server), IsOk());
  EXPECT_FALSE(computed);
  EXPECT_TRUE(turn.computing());
}

TEST_F(CurlTransportTest, WhoWaitsForAConnectionDoesNotCompute) {
  transport_ = CurlTransport::Make({.max_connections = 1}).value();
  std::atomic<bool> waits = false;
  LoopbackServer server([&](const ReceivedRequest&, int number) {
    while (number == 1 && !waits) {
      std::this_thread::yield();
    }
    return Answer(200, "x");
  });
  std::jthread holder([&] { EXPECT_THAT(Get(server), IsOk()); });
  while (server.requests().empty()) {
    std::this_thread::yield();
  }
  firn::testing::RecordedTurn turn;
  std::jthread watcher([&] {
    while (turn.computing()) {
      std::this_thread::yield();
    }
    waits = true;
  });
  EXPECT_THAT(Get(server), IsOk());
  watcher.join();
}

/// Answers the first request and closes the connection under the second.
ScriptedAnswer DiesUnderTheSecond(int number) {
  return number == 2 ? ScriptedAnswer{.bytes = "", .end = AnswerEnd::kClose} : Answer(200, "");
}

TEST_F(CurlTransportTest, WhatMayBeCarriedOutOnceWantsAFreshConnection) {
  for (ConnectionUse use : {ConnectionUse::kPooled, ConnectionUse::kFresh}) {
    LoopbackServer server(
        [](const ReceivedRequest&, int number) { return DiesUnderTheSecond(number); });
    ASSERT_THAT(Get(server), IsOk());
    auto changed = transport_->RoundTrip(
        {.method = "POST", .url = server.uri(), .body = "change", .connection = use}, kNoDeadline);
    if (use == ConnectionUse::kPooled) {
      EXPECT_THAT(changed, IsOk());
      EXPECT_EQ(server.requests().size(), 3U) << "sent twice";
    } else {
      EXPECT_THAT(changed, IsError(ErrorCode::kIoError));
      EXPECT_EQ(server.requests().size(), 2U);
    }
  }
}

TEST_F(CurlTransportTest, ARefusedSecondTryIsNotNothingSent) {
  LoopbackServer* listening = nullptr;
  LoopbackServer server([&listening](const ReceivedRequest&, int number) {
    if (number == 2) {
      listening->StopListening();
    }
    return DiesUnderTheSecond(number);
  });
  listening = &server;
  ASSERT_THAT(Get(server), IsOk());
  EXPECT_THAT(Get(server), IsError(ErrorCode::kIoError));
}

TEST_F(CurlTransportTest, AStaleConnectionIsReplacedSilently) {
  LoopbackServer server([](const ReceivedRequest&, int) {
    ScriptedAnswer answer = Answer(200, "x");
    answer.end = AnswerEnd::kClose;
    return answer;
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Get(server), IsOk());
  }
}

}  // namespace
}  // namespace firn::storage::http
