// LargeBodies: how much of large request bodies is worked on at once. What a body becomes when it
// is parsed takes up to a dozen times its bytes; small ones do not matter, large ones take turns.
//
// Errors: kUnavailable where it is not a body's turn by its deadline. Thread-safety: any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "base/clock.h"
#include "base/result.h"

namespace firn::rest {

class LargeBodies {
 public:
  /// Bodies up to this size need no turn.
  static constexpr size_t kSmallBytes = 1 << 20;
  /// Of bodies worked on at once; a larger one is worked on alone.
  static constexpr size_t kMaxBytes = 32 << 20;

  /// A body's turn; ends with this object.
  class Turn {
   public:
    Turn(LargeBodies* owner, size_t bytes) : owner_(owner), bytes_(bytes) {}
    Turn(Turn&& other) noexcept : owner_(other.owner_), bytes_(other.bytes_) {
      other.owner_ = nullptr;
    }
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    LargeBodies* owner_;
    size_t bytes_;
  };

  Result<Turn> Wait(size_t bytes, MonotonicTime deadline);

 private:
  void End(size_t bytes);

  std::mutex mutex_;
  std::condition_variable wake_;
  size_t bytes_ = 0;
};

}  // namespace firn::rest
