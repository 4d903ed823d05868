// PreparedPlans: the plans of this process that were begun (manifest list read, deletes indexed) or
// are being begun, by plan id. A call waits for a plan as long as it likes; the work goes on
// without it, and the next call finds it done. Nothing here is needed by another process: a plan
// that is missing is begun again from its row.
//
// Limits: plans being begun at a time; number and bytes of those kept afterwards (the least
// recently used goes, one that nobody has heard of yet only at twice as many), and how long one
// that nobody asks for is kept. Errors: kUnavailable where too many are being begun; those of
// `make`. A failure is kept until it was told to everybody who waits, at least to one.
// Thread-safety: every method from any thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "table/plan/scan_planner.h"

namespace firn::planning {

/// Null for the plan of a table without snapshots: it has no files.
using PreparedPlan = std::shared_ptr<const table::ScanPlan>;

struct PreparedPlansLimits {
  size_t max_preparing = 64;
  size_t max_plans = 1024;
  /// Of ScanPlan::MemoryBytes.
  size_t max_bytes = size_t{64} << 20;
  std::chrono::milliseconds max_idle{std::chrono::minutes(2)};
};

class PreparedPlans {
 public:
  /// Begins a plan that ends early, with an error, where the token says so.
  using Make = std::function<Result<PreparedPlan>(std::stop_token)>;

  /// `share`: of the threads that begin plans.
  PreparedPlans(const PreparedPlansLimits& limits, const ThreadPoolShare& share)
      : limits_(limits), pool_(std::min(limits.max_preparing, kMaxThreads), share) {}
  /// Stops all plans and waits for those that are being begun.
  ~PreparedPlans();

  /// The plan, or nullopt where it is not ready by `until`. `make` runs on another thread, perhaps
  /// after this call has returned, and owns what it refers to.
  Result<std::optional<PreparedPlan>> Get(const std::string& id, Make make, MonotonicTime until);
  /// Lets go of a plan; who has it may go on with it.
  void Forget(const std::string& id);
  /// Lets go of a plan and stops it, for whoever has it.
  void Stop(const std::string& id);

  /// Plans that are being begun now.
  size_t preparing() const;
  /// Memory of the plans that are kept.
  size_t bytes() const;

 private:
  static constexpr size_t kMaxThreads = 64;

  struct Slot {
    std::optional<Result<PreparedPlan>> result;
    std::stop_source stop;
    size_t bytes = 0;
    /// Somebody has the result.
    bool told = false;
  };
  struct Place {
    std::shared_ptr<Slot> slot;
    MonotonicTime used;
    std::list<std::string>::iterator order;
  };
  using Places = std::map<std::string, Place>;

  // With the mutex held.
  /// The slot of `id`, begun where there is none.
  Result<std::shared_ptr<Slot>> FindOrBegin(const std::string& id, Make make);
  void Evict(MonotonicTime now);
  bool HasTooMuch(size_t times) const;
  void Erase(Places::iterator place);

  void Run(const std::string& id, const std::shared_ptr<Slot>& slot, const Make& make);

  const PreparedPlansLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable done_;
  Places places_;
  std::list<std::string> by_use_;  // most recent first
  size_t bytes_ = 0;
  size_t preparing_ = 0;
  bool stopping_ = false;
  /// Last: its threads use what is above.
  ThreadPool pool_;
};

}  // namespace firn::planning
