// Sleeper: how a retry waits, so that tests wait for nothing.
//
// Thread-safety: SystemSleeper may be used from any thread.
#pragma once

#include <chrono>

namespace firn::storage::http {

class Sleeper {
 public:
  virtual ~Sleeper() = default;
  virtual void Sleep(std::chrono::milliseconds time) = 0;
};

/// Suspends the calling thread.
class SystemSleeper final : public Sleeper {
 public:
  void Sleep(std::chrono::milliseconds time) override;
};

}  // namespace firn::storage::http
