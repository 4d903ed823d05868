#include "storage/http/http_client.h"

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "base/random.h"
#include "base/waiting_scope.h"
#include "storage/http/http_date.h"

namespace firn::storage::http {
namespace {

using std::chrono::milliseconds;

/// The pause a response asks for: seconds or a date (RFC 9110 section 10.2.3).
std::optional<milliseconds> RetryAfter(const HttpResponse& response, TimestampMs now) {
  const std::string* value = FindHeader(response.headers, "retry-after");
  if (value == nullptr || value->empty()) {
    return std::nullopt;
  }
  if (std::ranges::all_of(*value, [](char c) { return c >= '0' && c <= '9'; })) {
    constexpr size_t kMaxDigits = 6;
    return value->size() > kMaxDigits ? milliseconds::max()
                                      : milliseconds(std::stol(*value) * 1000);
  }
  auto date = ParseHttpDate(*value);
  if (!date.has_value()) {
    return std::nullopt;
  }
  return milliseconds(std::max<int64_t>(date->value() - now.value(), 0));
}

bool IsTransient(const Result<HttpResponse>& last, const SendOptions& options) {
  if (!last.has_value()) {
    ErrorCode code = last.error().code();
    return code == ErrorCode::kUnavailable ||
           (options.replay == Replay::kSafe &&
            (code == ErrorCode::kIoError || code == ErrorCode::kDeadlineExceeded));
  }
  if (options.replay == Replay::kNever ||
      (options.replay == Replay::kRefused && !options.is_transient)) {
    return false;
  }
  return options.is_transient ? options.is_transient(*last) : IsTransientStatus(last->status);
}

}  // namespace

void SystemSleeper::Sleep(milliseconds time) {
  WaitingScope waiting;
  std::this_thread::sleep_for(time);
}

bool IsTransientStatus(int status) {
  return status == 408 || status == 425 || status == 429 || status == 500 || status == 502 ||
         status == 503 || status == 504;
}

HttpClient::HttpClient(HttpTransport& transport,
                       const Clock& clock,
                       Sleeper& sleeper,
                       RetryPolicy policy)
    : transport_(transport), clock_(clock), sleeper_(sleeper), policy_(policy) {}

Result<HttpResponse> HttpClient::Send(HttpRequest request, const SendOptions& options) {
  for (int attempt = 1;; ++attempt) {
    if (options.signer != nullptr) {
      RETURN_IF_ERROR(options.signer->Sign(request));
    }
    MonotonicTime now = clock_.Monotonic();
    MonotonicTime attempt_end = std::min(options.deadline, now + options.attempt_timeout);
    Result<HttpResponse> last = transport_.RoundTrip(request, attempt_end);
    bool again = attempt < policy_.max_attempts && IsTransient(last, options);
    milliseconds pause = again ? PauseBefore(attempt + 1, last) : milliseconds(0);
    if (!again || options.deadline - clock_.Monotonic() <= pause) {
      if (!last.has_value()) {
        return TakeError(std::move(last)).With("attempts", std::to_string(attempt));
      }
      return last;
    }
    sleeper_.Sleep(pause);
  }
}

milliseconds HttpClient::PauseBefore(int attempt, const Result<HttpResponse>& last) const {
  int doublings = std::clamp(attempt - 2, 0, 30);
  int64_t full = std::min<int64_t>(policy_.min_wait.count() << doublings, policy_.max_wait.count());
  int64_t half = full / 2;
  int64_t random = static_cast<int64_t>(RandomBits() % static_cast<uint64_t>(full - half + 1));
  milliseconds pause(half + random);
  if (last.has_value()) {
    auto asked = RetryAfter(*last, clock_.Now());
    if (asked.has_value()) {
      return std::max(pause, std::min(*asked, policy_.max_retry_after));
    }
  }
  return pause;
}

}  // namespace firn::storage::http
