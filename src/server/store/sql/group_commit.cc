#include "server/store/sql/group_commit.h"

#include <algorithm>

#include "base/crash_point.h"
#include "server/store/sql/event_log.h"
#include "server/store/sql/text/logs.h"

namespace firn::store::sql {
namespace {

/// How many groups pass between two steps of trimming.
constexpr int kGroupsPerTrim = 64;

/// The group was rolled back: whatever the cause, each member may be repeated as it is.
Error NothingChanged(const Error& cause) { return Error(cause).As(ErrorCode::kUnavailable); }

/// Anything but a commit to an object that stays where it is.
bool ChangesNames(const Transaction& transaction) {
  return std::ranges::any_of(transaction.events, [](const PendingEvent& event) {
    return event.type != "table.updated" && event.type != "view.updated";
  });
}

/// Members that had succeeded share the group's end.
void FailSucceeded(std::span<GroupMember> members, const Error& error) {
  for (GroupMember& member : members) {
    if (member.result.has_value()) {
      member.result = error;
    }
  }
}

}  // namespace

void GroupCommit::Run(std::span<GroupMember> members) {
  if (Status begun = session_->Begin(); !begun.has_value()) {
    FailSucceeded(members, NothingChanged(begun.error()));
    return;
  }
  Transaction transaction{*session_, {}, {}};
  if (Status filled = Fill(transaction, members); !filled.has_value()) {
    session_->Rollback();
    FailSucceeded(members, NothingChanged(filled.error()));
    return;
  }
  if (std::ranges::none_of(members, [](const auto& m) { return m.result.has_value(); })) {
    session_->Rollback();
    return;
  }
  switch (Commit()) {
    case Outcome::kCommitted:
      pointers_.Apply(transaction.pointers);
      TellNames(transaction);
      return;
    case Outcome::kNothing:
      FailSucceeded(members, Error(ErrorCode::kUnavailable, "The database could not commit"));
      return;
    case Outcome::kUnknown:
      pointers_.Forget(transaction.pointers);
      TellNames(transaction);
      FailSucceeded(members,
                    Error(ErrorCode::kCommitStateUnknown, "The database failed while committing"));
      return;
  }
}

void GroupCommit::TellNames(const Transaction& transaction) {
  if (ChangesNames(transaction)) {
    pointers_.NamesChanged();
  }
}

Status GroupCommit::Fill(Transaction& transaction, std::span<GroupMember> members) {
  ASSIGN_OR_RETURN(int64_t fence, ReadFence());
  fence_ = fence + 1;
  for (GroupMember& member : members) {
    if (std::chrono::steady_clock::now() > member.deadline) {
      member.result = Error(ErrorCode::kDeadlineExceeded, "The deadline passed in the queue");
      continue;
    }
    RETURN_IF_ERROR(RunMember(transaction, member));
  }
  RETURN_IF_ERROR(TrimSometimes());
  RETURN_IF_ERROR(session_->Execute(kWriteFence, {{":number", fence_}}));
  return WriteEvents(*session_, transaction.events);
}

Status GroupCommit::RunMember(Transaction& transaction, GroupMember& member) {
  size_t events = transaction.events.size();
  size_t pointers = transaction.pointers.size();
  RETURN_IF_ERROR(session_->SetSavepoint());
  member.result = (*member.work)(transaction);
  if (member.result.has_value()) {
    return session_->ReleaseSavepoint();
  }
  transaction.events.resize(events);
  transaction.pointers.resize(pointers);
  return session_->RollbackToSavepoint();
}

Status GroupCommit::TrimSometimes() {
  if (++groups_since_trim_ < kGroupsPerTrim) {
    return {};
  }
  groups_since_trim_ = 0;
  RETURN_IF_ERROR(session_->SetSavepoint());
  if (Status status = retention_.Step(*session_, clock_.Now()); !status.has_value()) {
    return session_->RollbackToSavepoint();
  }
  return session_->ReleaseSavepoint();
}

GroupCommit::Outcome GroupCommit::Commit() {
  CrashPoint("store.before_commit");
  Status committed = session_->Commit();
  if (!committed.has_value()) {
    return Settle(fence_);
  }
  CrashPoint("store.after_commit");
  return Outcome::kCommitted;
}

GroupCommit::Outcome GroupCommit::Settle(int64_t expected) {
  session_->Rollback();
  if (!session_->Begin().has_value()) {
    return Outcome::kUnknown;
  }
  auto fence = ReadFence();
  if (fence.has_value() && *fence == expected) {
    session_->Rollback();
    return Outcome::kCommitted;
  }
  // Takes the number away from the group, which a half-written log could otherwise still bring
  // back.
  if (!fence.has_value() ||
      !session_->Execute(kWriteFence, {{":number", expected + 1}}).has_value()) {
    session_->Rollback();
    return Outcome::kUnknown;
  }
  return session_->Commit().has_value() ? Outcome::kNothing : Outcome::kUnknown;
}

Result<int64_t> GroupCommit::ReadFence() {
  int64_t number = 0;
  RETURN_IF_ERROR(session_->Query(kReadFence, {}, [&](const Row& row) -> Status {
    number = row.Int(0);
    return {};
  }));
  return number;
}

}  // namespace firn::store::sql
