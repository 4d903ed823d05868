// Handler: what the HTTP server asks of the application, and RequestObserver: what it tells it
// afterwards. Implemented by server/rest and server/observe.
//
// Thread-safety: all methods are called from several threads at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "server/http/message.h"

namespace firn::http {

/// The threads that a request waits for.
enum class Lane : uint8_t {
  kRead,    ///< Changes nothing, and takes a moment.
  kChange,  ///< Changes something, and waits for disks and for other changes.
  kLong,    ///< Changes nothing, but reads or computes for seconds: few threads of their own.
};

struct Work {
  Lane lane = Lane::kRead;
  /// Of a change: a hash of what is changed, the same for requests that would wait for each other;
  /// 0 where it is no one thing.
  uint64_t object = 0;
  /// Of Lane::kLong: what its answer may take until its last byte; 0: to its first one
  /// Limits::request_timeout.
  std::chrono::milliseconds time{0};
};

class Handler {
 public:
  virtual ~Handler() = default;

  /// Called on an I/O thread: answers only what needs no I/O and no waiting (a cached table, a
  /// health check); nullopt sends the request to a worker.
  virtual std::optional<Response> TryHandleInline(const Request& request) = 0;

  /// Called on a worker thread; may block until `request.deadline`.
  virtual Response Handle(const Request& request) = 0;

  /// What a request that TryHandleInline did not answer is. Called on an I/O thread.
  virtual Work WorkOf(const Request& request) const {
    bool reads = request.method == Method::kGet || request.method == Method::kHead;
    return {.lane = reads ? Lane::kRead : Lane::kChange};
  }

  /// The answer to a request that never reached Handle: malformed, too large, too many.
  virtual Response RenderError(int status, const Error& error) = 0;
};

/// Answers what is not the application's own, /health, /ready, /metrics; nullopt for other paths.
/// Called on an I/O thread: no I/O, no waiting.
class SystemEndpoints {
 public:
  virtual ~SystemEndpoints() = default;
  virtual std::optional<Response> TryAnswer(const Request& request) = 0;
};

/// A finished request, for logs and metrics. Views are valid during the call only.
struct RequestSummary {
  std::string_view method;
  std::string_view target;
  std::string_view remote;
  std::string_view user_agent;
  std::string_view traceparent;
  const Response* response = nullptr;
  size_t request_bytes = 0;
  size_t response_bytes = 0;
  std::chrono::nanoseconds duration{};
  /// True where the answer was not sent whole: the client was gone, or its BodyStream failed.
  bool cut_off = false;
};

class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  virtual void OnRequestStart() = 0;
  virtual void OnRequestEnd(const RequestSummary& summary) = 0;
  virtual void OnConnectionOpened() = 0;
  virtual void OnConnectionClosed() = 0;
};

}  // namespace firn::http
