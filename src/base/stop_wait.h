// WaitForStop: a pause of a thread that ends when the thread is told to stop.
//
// Thread-safety: any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace firn {

/// Returns when `time` has passed or a stop is requested; true where one is.
inline bool WaitForStop(const std::stop_token& stop, std::chrono::nanoseconds time) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any wake;
  wake.wait_for(lock, stop, time, [] { return false; });
  return stop.stop_requested();
}

}  // namespace firn
