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

class Handler {
 public:
  virtual ~Handler() = default;

  /// Called on an I/O thread: answers only what needs no I/O and no waiting (a cached table, a
  /// health check); nullopt sends the request to a worker.
  virtual std::optional<Response> TryHandleInline(const Request& request) = 0;

  /// Called on a worker thread; may block until `request.deadline`.
  virtual Response Handle(const Request& request) = 0;

  /// A hash of what the request changes, the same for requests that would wait for each other; 0
  /// where it is no one thing. Called on an I/O thread.
  virtual uint64_t ChangedObject(const Request& /*request*/) const { return 0; }

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
  /// True where the client was gone before the answer was sent whole.
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
