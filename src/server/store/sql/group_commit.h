// GroupCommit: runs changes of several callers in one transaction with one sync. Each has its own
// savepoint: one that fails takes nothing with it. Events are numbered last; memory changes after
// COMMIT returned.
//
// When COMMIT itself fails, a fence decides: every group raises a number in the database. If a
// later transaction finds the number raised, the group happened; if it finds the old number and can
// write the next one, the group did not and never will. Only if that transaction fails too is the
// outcome kCommitStateUnknown. Thread-safety: the writer thread only.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "base/clock.h"
#include "base/result.h"
#include "server/store/sql/pointer_cache.h"
#include "server/store/sql/retention.h"
#include "server/store/sql/session/transaction.h"

namespace firn::store::sql {

/// A caller's part of a group. Called at most once, in its own savepoint.
using Work = std::function<Status(Transaction&)>;

/// One change and what became of it.
struct GroupMember {
  const Work* work = nullptr;
  /// Not begun after this: kDeadlineExceeded.
  MonotonicTime deadline = kNoDeadline;
  Status result;
};

class GroupCommit {
 public:
  /// `pointers` and `clock` must outlive this.
  GroupCommit(std::unique_ptr<Session> session,
              PointerCache& pointers,
              const Clock& clock,
              const RetentionLimits& retention)
      : session_(std::move(session)), pointers_(pointers), clock_(clock), retention_(retention) {}

  /// Runs the members in order and sets each one's result.
  void Run(std::span<GroupMember> members);

 private:
  /// How a group ended.
  enum class Outcome : uint8_t { kCommitted, kNothing, kUnknown };

  /// The transaction from its first statement up to COMMIT. An error ends it for all members.
  Status Fill(Transaction& transaction, std::span<GroupMember> members);
  Status RunMember(Transaction& transaction, GroupMember& member);
  Status TrimSometimes();
  Outcome Commit();
  /// What became of the group that raised the fence to `expected`, whose COMMIT failed.
  Outcome Settle(int64_t expected);
  Result<int64_t> ReadFence();
  /// Memory of names is old where the group changed some.
  void TellNames(const Transaction& transaction);

  std::unique_ptr<Session> session_;
  PointerCache& pointers_;
  const Clock& clock_;
  Retention retention_;
  int groups_since_trim_ = 0;
  int64_t fence_ = 0;
};

}  // namespace firn::store::sql
