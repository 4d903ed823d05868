// Bytes on a connection: request lines, headers, chunks, pipelines. A server on the loopback gets
// them, then the end of the stream; it must answer or close in time, and serve the next one.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/http/server.h"

namespace firn::http {
namespace {

class Echo final : public Handler {
 public:
  std::optional<Response> TryHandleInline(const Request& request) override {
    return MakeResponse(200, "text/plain", std::string(request.body));
  }
  Response Handle(const Request&) override { std::abort(); }
  Response RenderError(int status, const Error& error) override {
    return MakeResponse(status, "text/plain", error.message());
  }
};

/// Counts what began and what ended. A request ends before its connection is shut.
class Balance final : public RequestObserver {
 public:
  void OnRequestStart() override { ++started_; }
  void OnRequestEnd(const RequestSummary& summary) override {
    if (summary.response == nullptr || summary.response->request_id.empty()) {
      std::abort();
    }
    ++ended_;
  }
  void OnConnectionOpened() override {}
  void OnConnectionClosed() override {}

  int64_t started() const { return started_; }
  int64_t ended() const { return ended_; }

 private:
  std::atomic<int64_t> started_ = 0;
  std::atomic<int64_t> ended_ = 0;
};

struct Server {
  Server() {
    // libFuzzer's timer would interrupt a call on the socket; such a call has its own limit.
    sigset_t timer;
    sigemptyset(&timer);
    sigaddset(&timer, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &timer, nullptr);
    ServerOptions options;
    options.port = 0;
    options.io_threads = 1;
    options.worker_threads = 1;
    options.limits.max_body_bytes = 4096;
    options.limits.max_header_bytes = 2048;
    http = *HttpServer::Start(options, handler, observer);
  }
  Echo handler;
  Balance observer;
  std::unique_ptr<HttpServer> http;
};

[[noreturn]] void Fail(const char* why) {
  std::fprintf(stderr, "%s (errno %d)\n", why, errno);
  std::abort();
}

/// What the server answers before it closes.
std::string Exchange(uint16_t port, const uint8_t* data, size_t size) {
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    Fail("no connection");
  }
  timeval limit{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  static_cast<void>(::send(fd, data, size, MSG_NOSIGNAL));
  ::shutdown(fd, SHUT_WR);
  std::string text;
  char buffer[4096];
  ssize_t count = 0;
  while ((count = ::recv(fd, buffer, sizeof(buffer), 0)) > 0) {
    text.append(buffer, static_cast<size_t>(count));
  }
  bool hangs = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  if (hangs) {
    Fail("no end of the answer");
  }
  ::close(fd);
  return text;
}

}  // namespace
}  // namespace firn::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static firn::http::Server server;
  constexpr size_t kMaxBytes = 16 << 10;
  const int64_t before = server.observer.started();
  std::string text = firn::http::Exchange(server.http->port(), data, std::min(size, kMaxBytes));
  if (!text.empty() && !text.starts_with("HTTP/1.1 ")) {
    firn::http::Fail("no HTTP answer");
  }
  // The client has seen the end of the stream: what began has ended, and an answer had a request.
  const int64_t started = server.observer.started();
  if (started != server.observer.ended()) {
    firn::http::Fail("a request that did not end");
  }
  if (!text.empty() && started == before) {
    firn::http::Fail("an answer without a request");
  }
  return 0;
}
