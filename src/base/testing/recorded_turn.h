// RecordedTurn: the turn to compute that a pool would give this thread, for tests that look whether
// code gives it up while it waits.
//
// Thread-safety: made and ended on one thread; computing() from any.
#pragma once

#include <atomic>

#include "base/waiting_scope.h"

namespace firn::testing {

class RecordedTurn final : public ComputeTurn {
 public:
  RecordedTurn() { Current() = this; }
  ~RecordedTurn() override { Current() = nullptr; }
  RecordedTurn(const RecordedTurn&) = delete;
  RecordedTurn& operator=(const RecordedTurn&) = delete;

  void GiveUp() override {
    computing_ = false;
    ++times_given_up_;
  }
  void TakeBack() override { computing_ = true; }

  bool computing() const { return computing_; }
  int times_given_up() const { return times_given_up_; }

 private:
  std::atomic<bool> computing_ = true;
  std::atomic<int> times_given_up_ = 0;
};

}  // namespace firn::testing
