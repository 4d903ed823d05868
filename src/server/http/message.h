// HTTP messages as the rest of the server sees them: no socket, no Boost. A Request is a set of
// views into the connection's buffers and lives until its response was sent, its BodyStream
// included.
//
// Thread-safety: a Request may be read by one thread at a time; a Response is a value.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace firn::http {

enum class Method : uint8_t { kGet, kHead, kPost, kPut, kDelete, kOptions, kPatch, kTrace, kOther };

std::string_view ToString(Method method);

class Request {
 public:
  /// `native` is the parsed message of the transport, which must outlive this object.
  explicit Request(const void* native) : native_(native) {}

  Method method = Method::kOther;
  /// As sent: path and query, still percent-encoded.
  std::string_view target;
  /// `target` up to the '?'.
  std::string_view path;
  /// `target` behind the '?'; empty where there is none.
  std::string_view query;
  std::string_view body;
  /// The peer's address, without port.
  std::string_view remote;
  /// Give up by then.
  MonotonicTime deadline;
  /// Of Lane::kLong: asked to stop where the client is gone, the deadline has passed or the server
  /// stops.
  std::stop_token stop = {};

  /// The first header of that name (any case); empty where absent.
  std::string_view Header(std::string_view name) const;
  bool HasHeader(std::string_view name) const;

 private:
  const void* native_;
};

/// A body: shared and immutable, so that a cached one is sent without a copy.
using Body = std::shared_ptr<const std::string>;

/// The rest of a body, made while it is sent: for what is too large to be held.
class BodyStream {
 public:
  virtual ~BodyStream() = default;

  /// The next piece, not empty; null at the end. Called on a thread of Lane::kLong, and no more
  /// after an error: that ends the connection, so that its client sees a body without its end.
  virtual Result<Body> Next() = 0;

  /// True where it is known that no piece follows: the last one is then sent together with the
  /// body's end, behind which a client need not wait, and Next is not called again.
  virtual bool AtEnd() const { return false; }
};

struct Response {
  int status = 200;
  /// Without Content-Length, Connection and Date, which the server adds.
  std::vector<std::pair<std::string_view, std::string>> headers;
  /// Sent one after the other; together they are the body.
  std::vector<Body> body;
  /// What follows `body`; null: nothing. Only of requests of Lane::kLong. Let go of when the answer
  /// has ended, however it ended.
  std::shared_ptr<BodyStream> rest;
  /// For logs and metrics: the route's name, for example `loadTable`; a string literal.
  std::string_view route = "unknown";
  /// For logs: who asked.
  std::string principal;
  /// For logs: the id of the request; empty for none.
  std::string request_id;
  /// For logs: the error's type; empty on success.
  std::string error_type;

  /// Of `body`.
  size_t body_size() const;
};

/// A response with one body. `content_type` is a string literal.
Response MakeResponse(int status, std::string_view content_type, std::string body);

}  // namespace firn::http
