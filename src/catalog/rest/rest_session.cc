#include "catalog/rest/rest_session.h"

#include <algorithm>
#include <utility>

#include "base/uuid.h"
#include "catalog/no_answer.h"
#include "storage/call_deadline.h"

namespace firn::catalog::rest {
namespace {

namespace http = storage::http;

/// Passes attempts on and remembers whether one may have been carried out.
class AttemptWatch final : public http::HttpTransport {
 public:
  explicit AttemptWatch(http::HttpTransport& inner) : inner_(inner) {}

  Result<http::HttpResponse> RoundTrip(const http::HttpRequest& request,
                                       MonotonicTime deadline) override {
    auto response = inner_.RoundTrip(request, deadline);
    may_be_done_ = may_be_done_ || MayBeDone(response);
    return response;
  }

  bool may_be_done() const { return may_be_done_; }

 private:
  static bool MayBeDone(const Result<http::HttpResponse>& response) {
    if (response.has_value()) {
      return !ProvesNotCarriedOut(*response);
    }
    return response.error().code() != ErrorCode::kUnavailable &&
           response.error().code() != ErrorCode::kInvalidArgument;
  }

  http::HttpTransport& inner_;
  bool may_be_done_ = false;
};

/// Gives each attempt the token of its time.
class TokenSigner final : public http::RequestSigner {
 public:
  TokenSigner(BearerTokens& tokens, MonotonicTime deadline)
      : tokens_(tokens), deadline_(deadline) {}

  Status Sign(http::HttpRequest& request) override {
    ASSIGN_OR_RETURN(used_, tokens_.Get(deadline_));
    if (!used_.empty()) {
      http::SetHeader(request.headers, "authorization", "Bearer " + used_);
    }
    return {};
  }

  /// Of the last attempt.
  const std::string& used() const { return used_; }

 private:
  BearerTokens& tokens_;
  MonotonicTime deadline_;
  std::string used_;
};

bool IsPassing(const http::HttpResponse& response) {
  return response.status == 429 || (response.status >= 502 && response.status <= 504);
}

/// Not carried out, and worth another try.
bool IsPushedBack(const http::HttpResponse& response) {
  return IsPassing(response) && ProvesNotCarriedOut(response);
}

http::SendOptions OptionsFor(Effect effect, bool has_key) {
  if (effect == Effect::kRead || has_key) {
    return {.replay = http::Replay::kSafe, .is_transient = IsPassing};
  }
  return {.replay = http::Replay::kRefused, .is_transient = IsPushedBack};
}

Error Unknown(const Result<http::HttpResponse>& last) {
  Error unknown(ErrorCode::kCommitStateUnknown,
                "The catalog did not say what became of a change: it may have happened");
  if (last.has_value()) {
    return std::move(unknown).With("status", std::to_string(last->status));
  }
  return std::move(unknown).With("cause", last.error().message());
}

constexpr std::string_view kHint =
    "is the catalog running there, and its uri right? rest.client.max-retries and "
    "rest.client.socket-timeout-ms say how long it is tried";

bool IsAnswer(const http::HttpResponse& response) {
  return (response.status >= 200 && response.status < 300) || response.status == 304;
}

}  // namespace

/// The last answer of a call's attempts.
struct RestSession::Sent {
  Result<http::HttpResponse> last;
  bool may_be_done = false;
  std::string token;
};

RestSession::RestSession(const RestOptions& options,
                         http::HttpTransport& transport,
                         http::Sleeper& sleeper,
                         const Clock& clock)
    : options_(options),
      transport_(transport),
      sleeper_(sleeper),
      clock_(clock),
      tokens_(options.token,
              options.oauth,
              http::HttpClient(transport, clock, sleeper, options.retry),
              clock) {}

http::HttpRequest RestSession::RequestOf(const Call& call) const {
  http::HttpRequest request{.method = std::string(call.method),
                            .url = call.url,
                            .headers = {{"accept", "application/json"}},
                            .body = call.body,
                            .max_response_bytes = kMaxAnswerBytes};
  if (!call.body.empty()) {
    request.headers.push_back({"content-type", "application/json"});
  }
  for (const http::HeaderList* more : {&call.headers, &options_.headers}) {
    for (const http::Header& header : *more) {
      http::SetHeader(request.headers, header.name, header.value);
    }
  }
  if (call.effect == Effect::kChange) {
    if (has_keys_) {
      http::SetHeader(request.headers, "idempotency-key",
                      Uuid::TimeOrdered(clock_.Now()).ToString());
    } else {
      request.connection = http::ConnectionUse::kFresh;
    }
  }
  return request;
}

RestSession::Sent RestSession::SendOnce(const Call& call,
                                        const http::HttpRequest& request,
                                        MonotonicTime deadline) {
  AttemptWatch watch(transport_);
  TokenSigner signer(tokens_, deadline);
  http::HttpClient client(watch, clock_, sleeper_, options_.retry);
  http::SendOptions options = OptionsFor(call.effect, has_keys_);
  options.deadline = deadline;
  options.attempt_timeout = options_.attempt_timeout;
  options.signer = &signer;
  auto last = client.Send(request, options);
  return {std::move(last), watch.may_be_done(), signer.used()};
}

Result<http::HttpResponse> RestSession::Send(const Call& call) {
  http::HttpRequest request = RequestOf(call);
  MonotonicTime deadline =
      std::min(storage::CallDeadline::Current(), clock_.Monotonic() + kMaxCallTime);
  Sent sent = SendOnce(call, request, deadline);
  if (sent.last.has_value() && sent.last->status == 401 && tokens_.Refuse(sent.token)) {
    bool before = sent.may_be_done;
    sent = SendOnce(call, request, deadline);
    sent.may_be_done = sent.may_be_done || before;
  }
  Result<http::HttpResponse>& last = sent.last;
  if (last.has_value() && IsAnswer(*last)) {
    return last;
  }
  if (call.effect == Effect::kChange && sent.may_be_done) {
    bool is_final = has_keys_ && last.has_value() && IsFinalUnderKey(last->status);
    if (!is_final) {
      return Unknown(last);
    }
  }
  if (last.has_value()) {
    return ErrorOf(*last, call.meaning);
  }
  bool is_lost = last.error().code() == ErrorCode::kIoError;
  return NoAnswer(
      is_lost ? TakeError(std::move(last)).As(ErrorCode::kUnavailable) : TakeError(std::move(last)),
      kHint);
}

}  // namespace firn::catalog::rest
