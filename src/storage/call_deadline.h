// CallDeadline: how long calls to an ObjectStore from this thread may take, whatever else they ask
// for. A server sets it for each request that it answers; stores that ask a network heed it for
// every request of theirs, with all attempts: what would begin after it is not sent. Local disks
// know no deadline.
//
//   CallDeadline deadline(request.deadline);
//   objects.Write(...);  // ends by then
//
// Scopes may be nested: the earliest counts. A store that works on several threads takes it along
// (Current). Thread-safety: belongs to its thread.
#pragma once

#include <algorithm>

#include "base/clock.h"

namespace firn::storage {

class CallDeadline {
 public:
  explicit CallDeadline(MonotonicTime deadline) : outer_(Current()) {
    Place() = std::min(outer_, deadline);
  }
  ~CallDeadline() { Place() = outer_; }
  CallDeadline(const CallDeadline&) = delete;
  CallDeadline& operator=(const CallDeadline&) = delete;

  /// Of this thread; kNoDeadline where there is none.
  static MonotonicTime Current() { return Place(); }

 private:
  static MonotonicTime& Place() {
    static thread_local MonotonicTime current = kNoDeadline;
    return current;
  }

  MonotonicTime outer_;
};

}  // namespace firn::storage
