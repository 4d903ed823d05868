#include "server/store/sql/changes/outcomes.h"

#include "server/store/sql/text/logs.h"

namespace firn::store::sql {
namespace {

struct OutcomeRow {
  bool same_call = false;
  StoredOutcome outcome;
  TimestampMs expires_at;
};

Result<std::optional<OutcomeRow>> FindOutcomeRow(Session& session, const IdempotencyKey& key) {
  std::optional<OutcomeRow> found;
  RETURN_IF_ERROR(session.Query(kFindOutcome, {{":key", key.key}}, [&](const Row& row) -> Status {
    found.emplace();
    found->same_call = row.Text(0) == key.principal && row.Int(1) == key.warehouse.value() &&
                       row.Text(2) == key.operation && row.Text(3) == key.body_hash;
    found->outcome = {static_cast<int>(row.Int(4)), std::string(row.Text(5))};
    found->expires_at = TimestampMs(row.Int(6));
    return {};
  }));
  return found;
}

Result<int64_t> InsertOutcome(Session& session,
                              const IdempotencyKey& key,
                              const StoredOutcome& outcome) {
  return session.Execute(kInsertOutcome, {{":key", key.key},
                                          {":principal", key.principal},
                                          {":warehouse", key.warehouse.value()},
                                          {":operation", key.operation},
                                          {":body_hash", key.body_hash},
                                          {":http_status", outcome.http_status},
                                          {":reference", outcome.reference},
                                          {":expires", key.expires_at.value()}});
}

}  // namespace

Result<std::optional<StoredOutcome>> FindOutcome(Session& session,
                                                 const IdempotencyKey& key,
                                                 TimestampMs now) {
  ASSIGN_OR_RETURN(auto row, FindOutcomeRow(session, key));
  if (!row.has_value() || row->expires_at <= now) {
    return std::nullopt;
  }
  if (!row->same_call) {
    return Error(ErrorCode::kUnprocessable, "Idempotency-Key was used for another request");
  }
  return std::move(row->outcome);
}

Result<std::optional<StoredOutcome>> KeepOutcome(Session& session,
                                                 const IdempotencyKey& key,
                                                 const StoredOutcome& outcome,
                                                 TimestampMs now) {
  ASSIGN_OR_RETURN(int64_t inserted, InsertOutcome(session, key, outcome));
  if (inserted == 1) {
    return std::nullopt;
  }
  ASSIGN_OR_RETURN(auto existing, FindOutcome(session, key, now));
  if (existing.has_value()) {
    return existing;
  }
  RETURN_IF_ERROR(session.Execute(kDeleteOutcome, {{":key", key.key}}));
  RETURN_IF_ERROR(InsertOutcome(session, key, outcome));
  return std::nullopt;
}

Status SetOutcomeReference(Session& session,
                           const IdempotencyKey& key,
                           std::string_view reference) {
  RETURN_IF_ERROR(
      session.Execute(kSetOutcomeReference, {{":key", key.key}, {":reference", reference}}));
  return {};
}

Status RecordAttempt(Session& session, const Uuid& attempt, TimestampMs now) {
  ASSIGN_OR_RETURN(int64_t inserted,
                   session.Execute(kInsertAttempt, {{":attempt", attempt.ToString()},
                                                    {":committed", int64_t{1}},
                                                    {":now", now.value()}}));
  if (inserted == 0) {
    return Error(ErrorCode::kCommitConflict, "Commit failed: the attempt was settled before");
  }
  return {};
}

Result<AttemptState> SettleAttempt(Session& session, const Uuid& attempt, TimestampMs now) {
  std::string id = attempt.ToString();
  ASSIGN_OR_RETURN(int64_t inserted, session.Execute(kInsertAttempt, {{":attempt", id},
                                                                      {":committed", int64_t{0}},
                                                                      {":now", now.value()}}));
  bool committed = false;
  if (inserted == 0) {
    RETURN_IF_ERROR(session.Query(kFindAttempt, {{":attempt", id}}, [&](const Row& row) -> Status {
      committed = row.Int(0) == 1;
      return {};
    }));
  }
  return committed ? AttemptState::kCommitted : AttemptState::kAborted;
}

}  // namespace firn::store::sql
