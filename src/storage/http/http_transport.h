// HttpTransport: the port to the network: one request, one attempt, one response. curl_transport.h
// implements it; tests put their own in.
//
// A status is an answer, never an error: errors are what kept an answer away.
//   kInvalidArgument: the URL is none
//   kUnavailable: nothing was sent: no address, no connection, no TLS, no free connection
//   kIoError: the connection broke or fell silent: the service may have done what was asked
//   kDeadlineExceeded: as kIoError, because `deadline` passed
//   kPayloadTooLarge: the response is larger than the request allows
// Errors name host and cause, never the query or a header, which may hold secrets.
// Thread-safety: any thread; calls block.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "storage/http/http_message.h"

namespace firn::storage::http {

class HttpTransport {
 public:
  virtual ~HttpTransport() = default;
  virtual Result<HttpResponse> RoundTrip(const HttpRequest& request, MonotonicTime deadline) = 0;
};

}  // namespace firn::storage::http
