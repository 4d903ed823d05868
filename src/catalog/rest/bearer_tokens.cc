#include "catalog/rest/bearer_tokens.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/json_reader.h"
#include "storage/http/uri.h"

namespace firn::catalog::rest {
namespace {

namespace http = storage::http;

constexpr int64_t kMaxTokenBytes = int64_t{64} * 1024;
/// A lifetime above this is as good as none: ten years.
constexpr int64_t kMaxLifetimeSeconds = int64_t{10} * 365 * 24 * 3600;

void AddField(std::string& form, std::string_view name, const std::string& value) {
  if (value.empty()) {
    return;
  }
  form += form.empty() ? "" : "&";
  form += std::string(name) + "=" + http::UriEncode(value, http::Slash::kEncode);
}

std::string FormOf(const OAuthOptions& oauth) {
  std::string form;
  AddField(form, "grant_type", "client_credentials");
  AddField(form, "client_id", oauth.client_id);
  AddField(form, "client_secret", oauth.client_secret);
  AddField(form, "scope", oauth.scope);
  AddField(form, "audience", oauth.audience);
  AddField(form, "resource", oauth.resource);
  return form;
}

struct Answer {
  std::string token;
  std::optional<int64_t> lifetime_seconds;
};

Result<Answer> ParseAnswer(const std::string& body) {
  ASSIGN_OR_RETURN(auto document, json::Document::Parse(body));
  ASSIGN_OR_RETURN(auto root, json::AsObject(document.root(), "token"));
  ASSIGN_OR_RETURN(std::string_view token, json::GetString(root, "access_token"));
  ASSIGN_OR_RETURN(auto lifetime, json::FindInt64(root, "expires_in"));
  return Answer{std::string(token), lifetime};
}

Error Refused(const OAuthOptions& oauth, int status) {
  return Error(ErrorCode::kUnauthenticated, "The token endpoint refuses the credential")
      .With("host", std::string(http::SplitUrl(oauth.token_uri).authority))
      .With("status", std::to_string(status));
}

}  // namespace

BearerTokens::BearerTokens(std::string given,
                           OAuthOptions oauth,
                           http::HttpClient client,
                           const Clock& clock)
    : oauth_(std::move(oauth)), client_(client), clock_(clock) {
  if (!given.empty()) {
    current_ = Token{.text = std::move(given)};
  }
}

Result<std::string> BearerTokens::Get(MonotonicTime deadline) {
  std::unique_lock lock(mutex_, deadline);
  if (!lock.owns_lock()) {
    return Error(ErrorCode::kDeadlineExceeded, "No token came in time");
  }
  bool can_ask = !oauth_.client_secret.empty();
  if (current_ && (!can_ask || clock_.Monotonic() < current_->renew_at)) {
    return current_->text;
  }
  if (!can_ask) {
    return std::string();
  }
  ASSIGN_OR_RETURN(current_, Ask(deadline));
  return current_->text;
}

bool BearerTokens::Refuse(const std::string& token) {
  std::scoped_lock lock(mutex_);
  if (oauth_.client_secret.empty()) {
    return false;
  }
  if (current_ && current_->text == token) {
    current_.reset();
  }
  return true;
}

Result<BearerTokens::Token> BearerTokens::Ask(MonotonicTime deadline) {
  std::string form = FormOf(oauth_);
  http::HttpRequest request{.method = "POST",
                            .url = oauth_.token_uri,
                            .headers = {{"content-type", "application/x-www-form-urlencoded"},
                                        {"accept", "application/json"}},
                            .body = form,
                            .max_response_bytes = kMaxTokenBytes};
  auto response = client_.Send(request, {.deadline = deadline});
  if (!response.has_value()) {
    return TakeError(std::move(response)).As(ErrorCode::kUnavailable);
  }
  if (response->status >= 500 || response->status == 429) {
    return Error(ErrorCode::kUnavailable, "The token endpoint does not answer")
        .With("host", std::string(http::SplitUrl(oauth_.token_uri).authority))
        .With("status", std::to_string(response->status));
  }
  auto answer = ParseAnswer(response->body);
  if (response->status != 200 || !answer.has_value() || answer->token.empty()) {
    return Refused(oauth_, response->status);
  }
  Token token{.text = std::move(answer->token)};
  int64_t lifetime = answer->lifetime_seconds.value_or(0);
  if (lifetime > 0 && lifetime < kMaxLifetimeSeconds) {
    auto life = std::chrono::milliseconds(lifetime * 1000);
    token.renew_at =
        clock_.Monotonic() + life - std::min<std::chrono::milliseconds>(life / 10, kMaxMargin);
  }
  return token;
}

}  // namespace firn::catalog::rest
