// RecordingSleeper: does not wait but notes for how long it should have, and moves a ManualClock.
//
// Thread-safety: any thread; pauses() after the last one.
#pragma once

#include <chrono>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "storage/http/sleeper.h"

namespace firn::storage::http::testing {

class RecordingSleeper final : public Sleeper {
 public:
  /// `clock` may be null; it must outlive the sleeper.
  explicit RecordingSleeper(ManualClock* clock) : clock_(clock) {}

  void Sleep(std::chrono::milliseconds time) override {
    std::scoped_lock lock(mutex_);
    pauses_.push_back(time);
    if (clock_ != nullptr) {
      clock_->Advance(time);
    }
  }

  const std::vector<std::chrono::milliseconds>& pauses() const { return pauses_; }

 private:
  ManualClock* clock_;
  std::mutex mutex_;
  std::vector<std::chrono::milliseconds> pauses_;
};

}  // namespace firn::storage::http::testing
