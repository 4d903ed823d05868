#include "server/flight/calls/open_calls.h"

#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace firn::flight {

Result<std::unique_ptr<OpenCalls::Place>> OpenCalls::Enter(std::string peer,
                                                           MonotonicTime deadline) {
  std::lock_guard lock(mutex_);
  if (calls_.size() >= max_calls_) {
    return Error(ErrorCode::kResourceExhausted,
                 fmt::format("{} calls are open, try again later", max_calls_));
  }
  calls_.push_back({std::move(peer), deadline});
  return std::make_unique<Place>(*this, std::prev(calls_.end()));
}

void OpenCalls::Leave(std::list<Call>::iterator call) {
  std::lock_guard lock(mutex_);
  calls_.erase(call);
}

std::vector<std::string> OpenCalls::TakeOverdue(MonotonicTime now) {
  std::vector<std::string> peers;
  std::lock_guard lock(mutex_);
  for (Call& call : calls_) {
    if (call.deadline != kNoDeadline && now >= call.deadline + kGrace) {
      peers.push_back(call.peer);
      call.deadline = kNoDeadline;
    }
  }
  return peers;
}

}  // namespace firn::flight
