// Answers whose bodies are made while they are sent, and work that is told to stop.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "base/testing/matchers.h"
#include "server/http/server.h"
#include "server/http/testing/raw_client.h"

namespace firn::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawClient;
using ::testing::StartsWith;

/// Streams the pieces 0, 1, ... as many as the path says; `/3-fails` fails behind its third,
/// `/3-known` knows which is its last; `/endless` has no last one and `/waits` waits until it is
/// told to stop.
class StreamHandler final : public Handler {
 public:
  std::optional<Response> TryHandleInline(const Request&) override { return std::nullopt; }
  Work WorkOf(const Request&) const override { return {.lane = Lane::kLong, .time = time}; }
  Response Handle(const Request& request) override {
    if (request.path == "/waits") {
      ++waiting;
      std::mutex mutex;
      std::unique_lock lock(mutex);
      std::condition_variable_any stopped;
      stopped.wait(lock, request.stop, [] { return false; });
      ++stops;
      return MakeResponse(503, "text/plain", "stopped");
    }
    Response response = MakeResponse(200, "text/plain", "0");
    response.rest = std::make_shared<Pieces>(*this, request.path.substr(1));
    return response;
  }
  Response RenderError(int status, const Error& error) override {
    Response response = MakeResponse(status, "text/plain", error.message());
    response.error_type = "Failed";
    return response;
  }

  std::chrono::milliseconds time{0};
  std::atomic<int> waiting = 0;
  std::atomic<int> stops = 0;
  std::atomic<int> streams = 0;
  std::atomic<int> asked = 0;

 private:
  class Pieces final : public BodyStream {
   public:
    Pieces(StreamHandler& owner, std::string_view how) : owner_(owner), how_(how) {
      ++owner_.streams;
    }
    ~Pieces() override { --owner_.streams; }

    bool AtEnd() const override {
      return how_.ends_with("known") && given_ + 1 == how_.front() - '0';
    }
    Result<Body> Next() override {
      ++owner_.asked;
      if (how_ == "endless") {
        return std::make_shared<const std::string>(1 << 20, 'e');
      }
      if (++given_ < how_.front() - '0') {
        return std::make_shared<const std::string>(std::to_string(given_));
      }
      if (how_.ends_with("fails")) {
        return Error(ErrorCode::kIoError, "failed");
      }
      return Body();
    }

   private:
    StreamHandler& owner_;
    const std::string how_;
    int given_ = 0;
  };
};

class LastObserver final : public RequestObserver {
 public:
  struct Seen {
    size_t bytes = 0;
    std::string error;
    bool cut_off = false;
  };
  Seen Last() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return ended_ > looked_at_; });
    looked_at_ = ended_;
    return last_;
  }

  void OnRequestStart() override {}
  void OnRequestEnd(const RequestSummary& summary) override {
    std::lock_guard lock(mutex_);
    last_ = {summary.response_bytes, summary.response->error_type, summary.cut_off};
    ++ended_;
    wake_.notify_all();
  }
  void OnConnectionOpened() override {}
  void OnConnectionClosed() override {}

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  Seen last_;
  int ended_ = 0;
  int looked_at_ = 0;
};

class StreamingTest : public ::testing::Test {
 protected:
  void SetUp() override { Start({}); }
  void Start(const Limits& limits) {
    server_.reset();
    ServerOptions options;
    options.port = 0;
    options.io_threads = 1;
    options.worker_threads = 1;
    options.long_threads = 2;
    options.limits = limits;
    auto started = HttpServer::Start(options, handler_, observer_);
    ASSERT_TRUE(started.has_value()) << started.error().Describe();
    server_ = *std::move(started);
  }
  static void Until(const std::atomic<int>& count, int wanted) {
    while (count != wanted) {
      std::this_thread::yield();
    }
  }

  StreamHandler handler_;
  LastObserver observer_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(StreamingTest, PiecesAreChunksAndTheConnectionStays) {
  RawClient client(server_->port());
  client.Send("POST /3 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  std::string answer = client.Receive("0\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n1\r\n0\r\n1\r\n1\r\n1\r\n2\r\n0\r\n\r\n"));
  LastObserver::Seen seen = observer_.Last();
  EXPECT_EQ(seen.bytes, 3U);
  EXPECT_FALSE(seen.cut_off);
  client.Send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.Receive("0\r\n\r\n"), EndsWith("1\r\n0\r\n0\r\n\r\n"));
  EXPECT_EQ(observer_.Last().bytes, 1U);
  Until(handler_.streams, 0);
}

TEST_F(StreamingTest, AKnownLastPieceIsSentWithTheEnd) {
  RawClient client(server_->port());
  client.Send("GET /3-known HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.Receive("0\r\n\r\n"),
              EndsWith("\r\n\r\n1\r\n0\r\n1\r\n1\r\n1\r\n2\r\n0\r\n\r\n"));
  LastObserver::Seen seen = observer_.Last();
  EXPECT_EQ(seen.bytes, 3U);
  EXPECT_FALSE(seen.cut_off);
  EXPECT_EQ(handler_.asked, 2);
  client.Send("GET /2-known HTTP/1.0\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.Receive(), EndsWith("\r\n\r\n01"));
}

TEST_F(StreamingTest, PipelinedRequestsAreAnsweredInOrder) {
  RawClient client(server_->port());
  client.Send(
      "GET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /1 HTTP/1.1\r\nHost: x\r\nConnection: "
      "close\r\n\r\n");
  std::string answer = client.Receive();
  EXPECT_THAT(answer, HasSubstr("1\r\n0\r\n1\r\n1\r\n0\r\n\r\nHTTP/1.1 200"));
  EXPECT_THAT(answer, EndsWith("1\r\n0\r\n0\r\n\r\n"));
}

TEST_F(StreamingTest, OldClientsReadToTheEndOfTheConnection) {
  RawClient client(server_->port());
  client.Send("GET /3 HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
  std::string answer = client.Receive();
  EXPECT_THAT(answer, Not(HasSubstr("chunked")));
  EXPECT_THAT(answer, EndsWith("Connection: close\r\n\r\n012"));
}

TEST_F(StreamingTest, AFailureCutsTheAnswer) {
  RawClient client(server_->port());
  client.Send("GET /2-fails HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.Receive(), EndsWith("1\r\n0\r\n1\r\n1\r\n"));
  LastObserver::Seen seen = observer_.Last();
  EXPECT_EQ(seen.error, "Failed");
  EXPECT_TRUE(seen.cut_off);
}

TEST_F(StreamingTest, WhoReadsNothingIsCut) {
  Start({.progress_timeout = std::chrono::milliseconds(50)});
  RawClient client(server_->port(), 4096);
  client.Send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(observer_.Last().cut_off);
  Until(handler_.streams, 0);
}

TEST_F(StreamingTest, WhoGoesStopsTheWork) {
  {
    RawClient client(server_->port());
    client.Send("GET /waits HTTP/1.1\r\nHost: x\r\n\r\n");
    Until(handler_.waiting, 1);
    EXPECT_EQ(handler_.stops, 0);
  }
  Until(handler_.stops, 1);
  {
    RawClient client(server_->port());
    client.Send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
    client.Receive("eee");
    EXPECT_EQ(handler_.streams, 1);
  }
  Until(handler_.streams, 0);
}

TEST_F(StreamingTest, WorkEndsAtItsTime) {
  handler_.time = std::chrono::milliseconds(20);
  // Asks until the work was begun: one that waits for a thread for all of its time is refused.
  auto ask = [&](const std::string& path) {
    while (true) {
      RawClient client(server_->port());
      client.Send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      std::string answer = client.Receive();
      const bool was_cut_off = observer_.Last().cut_off;
      if (!answer.ends_with("try again later")) {
        return std::pair(std::move(answer), was_cut_off);
      }
    }
  };
  const auto [waits, is_cut_off] = ask("/waits");
  EXPECT_THAT(waits, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(waits, EndsWith("stopped"));
  EXPECT_FALSE(is_cut_off);
  EXPECT_TRUE(ask("/endless").second);
}

TEST_F(StreamingTest, AServerThatStopsTellsItsWork) {
  RawClient waits(server_->port());
  waits.Send("GET /waits HTTP/1.1\r\nHost: x\r\n\r\n");
  RawClient reads(server_->port(), 4096);
  reads.Send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
  Until(handler_.waiting, 1);
  Until(handler_.streams, 1);
  EXPECT_FALSE(server_->Drain(std::chrono::milliseconds(20)));
  server_.reset();
  EXPECT_EQ(handler_.stops, 1);
  EXPECT_EQ(handler_.streams, 0);
}

}  // namespace
}  // namespace firn::http
