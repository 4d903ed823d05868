// RestSession: requests to one REST catalog: authenticated, tried again where that is safe, and
// answered by a response below 300 (or 304) or by an error whose code says what is proven.
//
// Reads are tried again after anything that may pass. A change carries an Idempotency-Key where the
// catalog keeps them, and is then tried again like a read; without, only where nothing of it was
// carried out (429, 503 with Retry-After, no connection). A 401 is answered with a new token, once.
//
// A change of which any attempt may have been carried out, and that has no final answer, is
// kCommitStateUnknown (ruling C-1); every other error proves that it did not happen.
// Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "catalog/catalog_environment.h"
#include "catalog/rest/bearer_tokens.h"
#include "catalog/rest/rest_error.h"
#include "catalog/rest/rest_options.h"

namespace firn::catalog::rest {

/// Largest answer: table metadata may be large.
inline constexpr int64_t kMaxAnswerBytes = int64_t{1} << 30;
/// A call with all its attempts and pauses.
inline constexpr std::chrono::seconds kMaxCallTime{180};

enum class Effect : uint8_t { kRead, kChange };

struct Call {
  std::string_view method;
  std::string url;
  Effect effect = Effect::kRead;
  std::string_view body;
  storage::http::HeaderList headers;
  StatusMeaning meaning;
};

class RestSession {
 public:
  /// All must outlive the session.
  RestSession(const RestOptions& options,
              storage::http::HttpTransport& transport,
              storage::http::Sleeper& sleeper,
              const Clock& clock);

  /// What the catalog's configuration says; before the first change.
  void SendIdempotencyKeys() { has_keys_ = true; }

  Result<storage::http::HttpResponse> Send(const Call& call);

 private:
  struct Sent;

  storage::http::HttpRequest RequestOf(const Call& call) const;
  Sent SendOnce(const Call& call,
                const storage::http::HttpRequest& request,
                MonotonicTime deadline);

  const RestOptions& options_;
  storage::http::HttpTransport& transport_;
  storage::http::Sleeper& sleeper_;
  const Clock& clock_;
  BearerTokens tokens_;
  bool has_keys_ = false;
};

}  // namespace firn::catalog::rest
