// HttpServer: sockets, HTTP/1.1 framing, limits, slow-client protection and draining, over
// Boost.Asio and Beast. One io_context a thread; a connection stays on its thread; work that blocks
// goes to a bounded pool. Knows nothing of Iceberg.
//
// Life: Start -> (serving) -> Drain -> destroyed. Drain stops listening, closes idle connections,
// answers requests in flight with `Connection: close`, and returns when all connections are gone or
// the timeout passed; whatever is left is then cut.
//
// Errors of Start: kInvalidArgument (address), kUnavailable (the port is taken).
// Thread-safety: Start and Drain from one thread; the accessors from any.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "server/http/handler.h"
#include "server/http/limits.h"

namespace firn::http {

struct ServerOptions {
  /// An IP address; a name is not resolved. "localhost" is 127.0.0.1.
  std::string host = "127.0.0.1";
  /// 0 lets the system choose.
  uint16_t port = 8181;
  /// Threads that move bytes; 0 for one a core.
  size_t io_threads = 0;
  /// Threads that may block on files and the database.
  size_t worker_threads = 32;
  /// Threads for requests of Lane::kLong.
  size_t long_threads = 48;
  Limits limits;
};

class HttpServer {
 public:
  /// `handler` and `observer` must outlive the server.
  static Result<std::unique_ptr<HttpServer>> Start(const ServerOptions& options,
                                                   Handler& handler,
                                                   RequestObserver& observer);
  ~HttpServer();

  uint16_t port() const;
  /// Requests that wait for a worker now.
  size_t queued_requests() const;
  /// False where connections were still open when the timeout passed.
  bool Drain(std::chrono::milliseconds timeout);

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace firn::http
