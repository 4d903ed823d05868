// BearerTokens: the tokens that requests to a REST catalog carry: a given one, or such as a token
// endpoint gives for client credentials (RFC 6749 section 4.4), renewed before they expire and when
// the catalog refuses one.
//
// Errors of Get: kUnauthenticated where the endpoint refuses the credential or answers nonsense;
// kUnavailable where it does not answer; kDeadlineExceeded where another call was asking for one
// until then. They never hold the credential or a token.
// Thread-safety: any thread; one asks for a token, the others wait for it.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/deadline_mutex.h"
#include "base/result.h"
#include "catalog/rest/rest_options.h"
#include "storage/http/http_client.h"

namespace firn::catalog::rest {

class BearerTokens {
 public:
  /// A token is renewed when a tenth of its life is left, at most this much before its end.
  static constexpr std::chrono::seconds kMaxMargin{60};

  /// `given` may be empty. The references must outlive this.
  BearerTokens(std::string given,
               OAuthOptions oauth,
               storage::http::HttpClient client,
               const Clock& clock);

  /// Empty where requests go without one.
  Result<std::string> Get(MonotonicTime deadline);

  /// The catalog answered 401 to this token. True where Get may give another now.
  bool Refuse(const std::string& token);

 private:
  struct Token {
    std::string text;
    /// kNoDeadline where nobody said.
    MonotonicTime renew_at = kNoDeadline;
  };

  Result<Token> Ask(MonotonicTime deadline);

  const OAuthOptions oauth_;
  storage::http::HttpClient client_;
  const Clock& clock_;
  DeadlineMutex mutex_;
  std::optional<Token> current_;
};

}  // namespace firn::catalog::rest
