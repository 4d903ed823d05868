#include "server/flight/calls/call_watch.h"

#include <chrono>
#include <utility>

#include "base/stop_wait.h"

namespace firn::flight {
namespace {

/// How often a call looks whether its client has gone.
constexpr std::chrono::milliseconds kLookEvery{100};

Error TooLate() {
  return {ErrorCode::kDeadlineExceeded, "The call took longer than features.request_timeout"};
}

}  // namespace

CallWatch::CallWatch(std::function<bool()> is_gone, std::stop_token server, MonotonicTime deadline)
    : is_gone_(std::move(is_gone)),
      server_(std::move(server)),
      deadline_(deadline),
      watcher_([this](const std::stop_token& ended) { Look(ended); }) {}

std::optional<Error> CallWatch::WhyOver() const {
  if (std::chrono::steady_clock::now() >= deadline_) {
    return TooLate();
  }
  if (server_.stop_requested()) {
    return Error(ErrorCode::kUnavailable, "The server stops");
  }
  if (is_gone_()) {
    return Error(ErrorCode::kUnavailable, "The client has gone");
  }
  return std::nullopt;
}

void CallWatch::Look(const std::stop_token& ended) {
  do {
    const std::optional<Error> why = WhyOver();
    if (why) {
      stop_.request_stop();
      std::shared_ptr<Held> held;
      {
        std::lock_guard lock(mutex_);
        over_ = why;
        held = std::move(held_);
      }
      if (held != nullptr) {
        held->GiveBack(*why);
      }
      return;
    }
  } while (!WaitForStop(ended, kLookEvery));
}

void CallWatch::Holds(const std::shared_ptr<Held>& held) {
  std::optional<Error> why;
  {
    std::lock_guard lock(mutex_);
    why = over_;
    held_ = why ? nullptr : held;
  }
  if (why && held != nullptr) {
    held->GiveBack(*why);
  }
}

Error CallWatch::Explained(Error error) const {
  if (error.code() == ErrorCode::kCommitStateUnknown) {
    return error;  // a limit would say that nothing was done
  }
  if (std::chrono::steady_clock::now() >= deadline_) {
    return TooLate();
  }
  std::lock_guard lock(mutex_);
  if (over_) {
    return *over_;
  }
  return error;
}

}  // namespace firn::flight
