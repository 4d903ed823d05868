// Every limit of the HTTP server, with its unit and default. Nothing in this room is unbounded.
#pragma once

#include <chrono>
#include <cstddef>

namespace firn::http {

struct Limits {
  /// Connections open at once; one more is answered 429 and closed.
  size_t max_connections = 10'000;
  /// Bytes of request line and headers; more is answered 431.
  size_t max_header_bytes = 64 << 10;
  /// Bytes of one request body; more is answered 413.
  size_t max_body_bytes = 32 << 20;
  /// Bytes of all request bodies held at once; above it requests are answered 429.
  size_t max_inflight_body_bytes = 512 << 20;
  /// Requests waiting for a worker; one more is answered 429.
  size_t max_queued_requests = 8'192;
  /// Requests of Lane::kLong waiting for theirs; one more is answered 429.
  size_t max_queued_long_requests = 256;
  /// From the first byte of a request to the end of its headers.
  std::chrono::milliseconds header_timeout{10'000};
  /// Between two pieces of a body, and between two pieces of a response taken by the client.
  std::chrono::milliseconds progress_timeout{20'000};
  /// From the first byte to the end of a body, whatever its pieces. A response has this time too,
  /// and a second more for each min_response_rate of its bytes.
  std::chrono::milliseconds body_timeout{120'000};
  /// Bytes a second at which a client takes a long response at least.
  size_t min_response_rate = 64 << 10;
  /// How long a kept-alive connection may be silent.
  std::chrono::milliseconds idle_timeout{300'000};
  /// From the end of the request to the answer; below the drain timeout.
  std::chrono::milliseconds request_timeout{25'000};
};

}  // namespace firn::http
