// FaultyEngine: passes everything on to another engine and makes the writer's COMMIT fail on
// demand, before or after it took effect, with the following transactions failing too, for a while
// or for good, or not.
//
// Thread-safety: Arm may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "server/store/sql/session/session.h"

namespace firn::store::sql::testing {

/// How the next COMMITs of the writer fail.
enum class CommitFault : uint8_t {
  kNone,
  /// Rolled back; what follows works.
  kLost,
  /// Done, but reported as failed; what follows works.
  kAppliedReplyLost,
  /// Rolled back, and no transaction begins until the fault is cleared.
  kDown,
  /// Done but reported as failed, and no transaction begins until the fault is cleared.
  kAppliedThenDown,
};

struct FaultSwitch {
  std::atomic<CommitFault> fault = CommitFault::kNone;
  /// While down: so many transactions are refused before the fault clears itself; negative: none
  /// does.
  std::atomic<int64_t> refusals_left = -1;
  /// COMMITs that the fault has met.
  std::atomic<int64_t> met = 0;
  /// Transactions that were begun.
  std::atomic<int64_t> begun = 0;
  /// The end of the next savepoint finds that the engine has ended the transaction, as it does when
  /// the disk is full.
  std::atomic<bool> transaction_is_lost = false;
  /// Called before each COMMIT; set it before the store is opened.
  std::function<void()> before_commit;
};

class FaultyEngine final : public Engine {
 public:
  /// `faults` must outlive the engine.
  FaultyEngine(std::unique_ptr<Engine> inner, FaultSwitch& faults)
      : inner_(std::move(inner)), faults_(faults) {}

  Result<std::unique_ptr<Session>> OpenWriter() override;
  Result<std::unique_ptr<Session>> OpenReader() override { return inner_->OpenReader(); }

 private:
  std::unique_ptr<Engine> inner_;
  FaultSwitch& faults_;
};

}  // namespace firn::store::sql::testing
