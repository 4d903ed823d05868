#include "server/http/server.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/testing/matchers.h"
#include "server/http/testing/raw_client.h"

namespace firn::http {
namespace {

/// Answers from memory: `/inline` on the I/O thread, `/block` when released, all else with its
/// body.
class EchoHandler final : public Handler {
 public:
  std::optional<Response> TryHandleInline(const Request& request) override {
    if (request.path == "/inline") {
      return MakeResponse(200, "text/plain", std::string(request.query));
    }
    return std::nullopt;
  }
  Response Handle(const Request& request) override {
    if (request.path == "/block") {
      ++blocked;
      std::unique_lock lock(mutex);
      wake.wait(lock, [this] { return released; });
    }
    if (request.path == "/large") {
      return MakeResponse(200, "text/plain", std::string(16 << 20, 'l'));
    }
    if (request.path == "/throw") {
      throw std::runtime_error("thrown");
    }
    return MakeResponse(200, "text/plain", std::string(request.body));
  }
  Work WorkOf(const Request& request) const override {
    return request.query == "long" ? Work{.lane = Lane::kLong} : Handler::WorkOf(request);
  }
  Response RenderError(int status, const Error& error) override {
    return MakeResponse(status, "text/plain", error.message());
  }
  void Release() {
    std::lock_guard lock(mutex);
    released = true;
    wake.notify_all();
  }

  std::mutex mutex;
  std::condition_variable wake;
  bool released = false;
  std::atomic<int> blocked = 0;
};

class CountingObserver final : public RequestObserver {
 public:
  struct Seen {
    int status = 0;
    std::string method, target, user_agent;
    bool cut_off = false;
  };
  /// The request that ended first after the last call.
  Seen Last() {
    std::unique_lock lock(mutex);
    wake.wait(lock, [this] { return ended > looked_at; });
    looked_at = ended;
    return last;
  }

  void OnRequestStart() override { ++started; }
  void OnRequestEnd(const RequestSummary& summary) override {
    std::lock_guard lock(mutex);
    last = {summary.response->status, std::string(summary.method), std::string(summary.target),
            std::string(summary.user_agent), summary.cut_off};
    ++ended;
    wake.notify_all();
  }
  void OnConnectionOpened() override { ++opened; }
  void OnConnectionClosed() override { ++closed; }
  std::atomic<int> started = 0, ended = 0, opened = 0, closed = 0;

 private:
  std::mutex mutex;
  std::condition_variable wake;
  Seen last;
  int looked_at = 0;
};

using testing::RawClient;

class HttpServerTest : public ::testing::Test {
 protected:
  void Start(const ServerOptions& options) {
    auto started = HttpServer::Start(options, handler_, observer_);
    ASSERT_TRUE(started.has_value()) << started.error().Describe();
    server_ = *std::move(started);
  }
  static ServerOptions SmallOptions() {
    ServerOptions options;
    options.port = 0;
    options.io_threads = 2;
    options.worker_threads = 2;
    options.limits.max_body_bytes = 1000;
    options.limits.max_header_bytes = 2000;
    return options;
  }
  std::string Ask(std::string_view request, std::string_view until = {}) {
    RawClient client(server_->port());
    client.Send(request);
    return client.Receive(until);
  }

  EchoHandler handler_;
  CountingObserver observer_;
  std::unique_ptr<HttpServer> server_;
};

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(HttpServerTest, AnswersInlineAndOnWorkers) {
  Start(SmallOptions());
  RawClient client(server_->port());
  client.Send("GET /inline?a=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.Receive("a=1"), StartsWith("HTTP/1.1 200 OK\r\n"));
  client.Send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_THAT(client.Receive("hello"), HasSubstr("Content-Length: 5\r\n"));
  client.Send(
      "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_THAT(client.Receive("abc"), HasSubstr("Content-Length: 3\r\n"));
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  Start(SmallOptions());
  RawClient client(server_->port());
  client.Send(
      "GET /inline?1 HTTP/1.1\r\nHost: x\r\n\r\nGET /inline?2 HTTP/1.1\r\nHost: x\r\nConnection: "
      "close\r\n\r\n");
  std::string text = client.Receive();
  EXPECT_LT(text.find("\r\n\r\n1"), text.find("\r\n\r\n2"));
  EXPECT_THAT(text, HasSubstr("Connection: close"));
}

TEST_F(HttpServerTest, HeadHasNoBody) {
  Start(SmallOptions());
  std::string text = Ask("HEAD /inline?abc HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(text, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(text, Not(HasSubstr("abc")));
}

TEST_F(HttpServerTest, RefusesWhatIsMalformedOrTooLarge) {
  Start(SmallOptions());
  EXPECT_THAT(Ask("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(5000, 'a') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n"),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(Ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7D0\r\n" +
                  std::string(2000, 'b') + "\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(
      Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
      StartsWith("HTTP/1.1 400"));
}

TEST_F(HttpServerTest, UnclearBodyLengthsAreRefused) {
  Start(SmallOptions());
  for (std::string_view header :
       {"Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"}) {
    EXPECT_THAT(Ask("POST /x HTTP/1.1\r\nHost: x\r\n" + std::string(header) + "\r\nhello"),
                StartsWith("HTTP/1.1 400"))
        << header;
  }
}

TEST_F(HttpServerTest, EndlessChunkHeadersAreRefused) {
  Start(SmallOptions());
  EXPECT_THAT(Ask("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                  std::string(5000, 'a')),
              StartsWith("HTTP/1.1 431"));
}

TEST_F(HttpServerTest, AnExceptionIsA500) {
  Start(SmallOptions());
  EXPECT_THAT(Ask("GET /throw HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 500"));
}

TEST_F(HttpServerTest, ContinueIsSentWhenAskedFor) {
  Start(SmallOptions());
  RawClient client(server_->port());
  client.Send("POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_THAT(client.Receive("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue"));
  client.Send("ok");
  EXPECT_THAT(client.Receive("ok"), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, SlowHeadersAreCut) {
  ServerOptions options = SmallOptions();
  options.limits.header_timeout = std::chrono::milliseconds(50);
  Start(options);
  EXPECT_THAT(Ask("GET /slow HTTP/1.1\r\nHost: x\r\nA:"), StartsWith("HTTP/1.1 408"));
  CountingObserver::Seen seen = observer_.Last();
  EXPECT_EQ(seen.status, 408);
  EXPECT_EQ(seen.target, "/slow");
}

TEST_F(HttpServerTest, SlowBodiesAreCut) {
  ServerOptions options = SmallOptions();
  options.limits.body_timeout = std::chrono::milliseconds(50);
  Start(options);
  EXPECT_THAT(Ask("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe"),
              StartsWith("HTTP/1.1 408"));
}

TEST_F(HttpServerTest, SlowReadersAreCut) {
  ServerOptions options = SmallOptions();
  options.limits.body_timeout = std::chrono::milliseconds(50);
  options.limits.min_response_rate = 1 << 30;
  Start(options);
  RawClient client(server_->port(), 4096);
  client.Send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  // Long before progress_timeout, which is 20 s.
  CountingObserver::Seen seen = observer_.Last();
  EXPECT_TRUE(seen.cut_off);
  EXPECT_EQ(seen.target, "/large");
}

TEST_F(HttpServerTest, RefusedRequestsAreTold) {
  Start(SmallOptions());
  Ask("POST /big?a HTTP/1.1\r\nHost: x\r\nUser-Agent: u\r\nContent-Length: 5000\r\n\r\n");
  CountingObserver::Seen seen = observer_.Last();
  EXPECT_EQ(seen.status, 413);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/big?a");
  EXPECT_EQ(seen.user_agent, "u");
}

TEST_F(HttpServerTest, ClientsThatLeaveAreTold) {
  Start(SmallOptions());
  {
    RawClient client(server_->port());
    client.Send("POST /left HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
  }
  CountingObserver::Seen seen = observer_.Last();
  EXPECT_EQ(seen.status, 499);
  EXPECT_EQ(seen.target, "/left");
  EXPECT_TRUE(seen.cut_off);
  EXPECT_EQ(observer_.started, observer_.ended);
}

TEST_F(HttpServerTest, CodingsItDoesNotKnowAreNamed) {
  Start(SmallOptions());
  EXPECT_THAT(Ask("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
              StartsWith("HTTP/1.1 501"));
  EXPECT_THAT(Ask("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n"),
              StartsWith("HTTP/1.1 400"));
  std::string text =
      Ask("POST /x HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab");
  EXPECT_THAT(text, StartsWith("HTTP/1.1 415"));
  EXPECT_THAT(text, HasSubstr("gzip"));
  EXPECT_THAT(Ask("POST /x HTTP/1.1\r\nHost: x\r\nContent-Encoding: identity\r\n"
                  "Connection: close\r\nContent-Length: 2\r\n\r\nab"),
              StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, ThereIsOneHost) {
  Start(SmallOptions());
  constexpr std::string_view kLine = "GET /inline HTTP/1.1\r\n";
  EXPECT_THAT(Ask(std::string(kLine) + "\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask(std::string(kLine) + "Host: a\r\nHost: b\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask("GET /inline HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, AbsoluteTargets) {
  Start(SmallOptions());
  for (std::string_view target : {"http://h:1/inline?q", "HTTP://h/inline?q"}) {
    EXPECT_THAT(
        Ask("GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
        ::testing::EndsWith("\r\n\r\nq"))
        << target;
  }
}

TEST_F(HttpServerTest, EmptyLinesBeforeARequest) {
  Start(SmallOptions());
  EXPECT_THAT(Ask("\r\n\r\nGET /inline?q HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Ask("\r\n\r\n\r\n\r\n\r\n\r\nGET /inline?q HTTP/1.0\r\n\r\n"),
              StartsWith("HTTP/1.1 400"));
}

TEST_F(HttpServerTest, OldClientsAreToldThatTheConnectionStays) {
  Start(SmallOptions());
  RawClient client(server_->port());
  client.Send("GET /inline?1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(client.Receive("\r\n\r\n1"), HasSubstr("Connection: keep-alive\r\n"));
  client.Send("GET /inline?2 HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.Receive(), HasSubstr("Connection: close\r\n"));
}

TEST_F(HttpServerTest, UnknownExpectationsAre417) {
  Start(SmallOptions());
  EXPECT_THAT(Ask("POST /x HTTP/1.1\r\nHost: x\r\nExpect: more\r\nContent-Length: 2\r\n\r\nab"),
              StartsWith("HTTP/1.1 417"));
}

TEST_F(HttpServerTest, EveryAnswerHasTheRequestsId) {
  Start(SmallOptions());
  EXPECT_THAT(Ask("GET /inline HTTP/1.0\r\nX-Request-Id: mine\r\n\r\n"),
              HasSubstr("\r\nX-Request-Id: mine\r\n"));
  EXPECT_THAT(Ask("GET /x HTTP/1.0\r\nX-Request-Id: a b\r\n\r\n"),
              ::testing::ContainsRegex("X-Request-Id: [0-9a-z]{15}\r\n"));
  EXPECT_THAT(Ask("nonsense\r\n\r\n"), HasSubstr("X-Request-Id: "));
}

TEST_F(HttpServerTest, OneConnectionTooManyIs429) {
  ServerOptions options = SmallOptions();
  options.limits.max_connections = 1;
  Start(options);
  RawClient first(server_->port());
  first.Send("GET /inline?1 HTTP/1.1\r\nHost: x\r\n\r\n");
  first.Receive("\r\n\r\n1");
  RawClient second(server_->port());
  EXPECT_THAT(second.Receive(), StartsWith("HTTP/1.1 429"));
}

TEST_F(HttpServerTest, FullQueueIs429) {
  ServerOptions options = SmallOptions();
  options.worker_threads = 1;
  options.limits.max_queued_requests = 1;
  Start(options);
  RawClient running(server_->port());
  running.Send("GET /block HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  while (handler_.blocked == 0) {
    std::this_thread::yield();
  }
  // Of two more, one takes the only place in the queue; which one is up to the threads.
  RawClient first(server_->port());
  RawClient second(server_->port());
  first.Send("GET /block HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  second.Send("GET /block HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  while (observer_.ended == 0) {  // the refused one
    std::this_thread::yield();
  }
  handler_.Release();
  std::vector<std::string> answers = {first.Receive(), second.Receive()};
  std::sort(answers.begin(), answers.end());
  EXPECT_THAT(answers[0], StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answers[1], StartsWith("HTTP/1.1 429"));
}

TEST_F(HttpServerTest, LongRequestsHoldNoOthers) {
  ServerOptions options = SmallOptions();
  options.worker_threads = 1;
  options.long_threads = 1;
  options.limits.max_queued_long_requests = 1;
  Start(options);
  RawClient running(server_->port());
  running.Send("GET /block?long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  while (handler_.blocked == 0) {
    std::this_thread::yield();
  }
  EXPECT_THAT(Ask("GET /any HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 200"));
  // Of two more long ones, one takes the only place in their queue.
  int ended = observer_.ended;
  RawClient first(server_->port());
  RawClient second(server_->port());
  first.Send("GET /block?long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  second.Send("GET /block?long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  while (observer_.ended == ended) {  // the refused one
    std::this_thread::yield();
  }
  handler_.Release();
  std::vector<std::string> answers = {first.Receive(), second.Receive()};
  std::sort(answers.begin(), answers.end());
  EXPECT_THAT(answers[0], StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answers[1], StartsWith("HTTP/1.1 429"));
}

TEST_F(HttpServerTest, DrainFinishesWhatIsInFlight) {
  Start(SmallOptions());
  RawClient busy(server_->port());
  busy.Send("GET /block HTTP/1.1\r\nHost: x\r\n\r\n");
  while (handler_.blocked == 0) {
    std::this_thread::yield();
  }
  std::atomic<bool> drained = false;
  std::thread drain([&] { drained = server_->Drain(std::chrono::seconds(20)); });
  while (RawClient(server_->port()).connected()) {
    std::this_thread::yield();
  }
  handler_.Release();
  EXPECT_THAT(busy.Receive(), HasSubstr("Connection: close"));
  drain.join();
  EXPECT_TRUE(drained);
  EXPECT_EQ(observer_.started, observer_.ended);
}

TEST_F(HttpServerTest, DrainCutsWhatTakesTooLong) {
  Start(SmallOptions());
  RawClient busy(server_->port());
  busy.Send("GET /block HTTP/1.1\r\nHost: x\r\n\r\n");
  while (handler_.blocked == 0) {
    std::this_thread::yield();
  }
  EXPECT_FALSE(server_->Drain(std::chrono::milliseconds(30)));
  handler_.Release();
}

TEST_F(HttpServerTest, ATakenPortIsAnError) {
  Start(SmallOptions());
  ServerOptions options = SmallOptions();
  options.port = server_->port();
  EXPECT_THAT(HttpServer::Start(options, handler_, observer_),
              firn::testing::IsError(ErrorCode::kUnavailable));
  options.host = "no address";
  EXPECT_THAT(HttpServer::Start(options, handler_, observer_),
              firn::testing::IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::http
