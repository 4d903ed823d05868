// HttpClient: sends a request until it is answered for good: attempts with growing, jittered
// pauses, `Retry-After` honoured, all within one deadline. Each attempt is signed anew.
//
// Sits between a protocol (S3, catalogs, token endpoints) and an HttpTransport. What comes back is
// the last attempt's: its response, whatever the status, or the transport's error with the number
// of attempts. A response says nothing about whether an earlier attempt was carried out as well:
// who sends what must not happen twice has to be able to tell, or says Replay::kNever.
//
//   ASSIGN_OR_RETURN(auto response, client.Send(request, {.deadline = deadline}));
//
// Thread-safety: any thread, if transport, signer and sleeper allow that.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "base/clock.h"
#include "base/result.h"
#include "storage/http/http_transport.h"
#include "storage/http/sleeper.h"

namespace firn::storage::http {

struct RetryPolicy {
  /// The first one counts; at least 1.
  int max_attempts = 6;
  /// The pause before attempt n is random between half of and min_wait * 2^(n-2), at most max_wait.
  std::chrono::milliseconds min_wait{100};
  std::chrono::milliseconds max_wait{5'000};
  /// A service that asks for a longer pause gets this one.
  std::chrono::milliseconds max_retry_after{20'000};
};

/// Adds to a request what proves who sends it.
class RequestSigner {
 public:
  virtual ~RequestSigner() = default;
  /// Called before every attempt; replaces what an earlier call added.
  virtual Status Sign(HttpRequest& request) = 0;
};

enum class Replay : uint8_t {
  kSafe,   ///< Sent again after anything that may pass.
  kNever,  ///< Sent again only where nothing of it was sent.
  /// As kNever, and where a response that `is_transient` names says that it was not carried out.
  kRefused,
};

struct SendOptions {
  MonotonicTime deadline = kNoDeadline;
  /// Longest single attempt: what hangs is tried again while the deadline allows it.
  std::chrono::milliseconds attempt_timeout{60'000};
  Replay replay = Replay::kSafe;
  /// None: sent as it is.
  RequestSigner* signer = nullptr;
  /// Whether a response is worth another attempt; none: IsTransientStatus of its status.
  std::function<bool(const HttpResponse&)> is_transient;
};

/// 408, 425, 429, 500, 502, 503 and 504.
bool IsTransientStatus(int status);

class HttpClient {
 public:
  /// All must outlive the client.
  HttpClient(HttpTransport& transport, const Clock& clock, Sleeper& sleeper, RetryPolicy policy);

  Result<HttpResponse> Send(HttpRequest request, const SendOptions& options);

 private:
  std::chrono::milliseconds PauseBefore(int attempt, const Result<HttpResponse>& last) const;

  HttpTransport& transport_;
  const Clock& clock_;
  Sleeper& sleeper_;
  RetryPolicy policy_;
};

}  // namespace firn::storage::http
