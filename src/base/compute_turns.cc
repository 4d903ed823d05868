#include "base/compute_turns.h"

namespace firn {

void ComputeTurns::Take(MonotonicTime until) {
  std::unique_lock lock(mutex_);
  if (free_ > 0 && waiting_.empty()) {
    --free_;
    return;
  }
  Waiter self;
  auto place = waiting_.insert(waiting_.end(), &self);
  if (!self.woken.wait_until(lock, until, [&] { return self.has_turn; })) {
    waiting_.erase(place);
    --free_;
  }
}

void ComputeTurns::Return() {
  std::scoped_lock lock(mutex_);
  ++free_;
  if (free_ > 0 && !waiting_.empty()) {
    Waiter* next = waiting_.front();
    waiting_.pop_front();
    next->has_turn = true;
    --free_;
    next->woken.notify_one();  // with the lock held: the waiter ends once it has it
  }
}

ComputeTurns::Hold::Hold(ComputeTurns& turns, MonotonicTime until)
    : turns_(turns), is_outermost_(ComputeTurn::Current() == nullptr) {
  if (is_outermost_) {
    turns_.Take(until);
    ComputeTurn::Current() = this;
  }
}

ComputeTurns::Hold::~Hold() {
  if (is_outermost_) {
    ComputeTurn::Current() = nullptr;
    turns_.Return();
  }
}

}  // namespace firn
