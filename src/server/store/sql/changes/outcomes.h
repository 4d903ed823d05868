// Outcomes of finished calls, kept under their Idempotency-Key; and commit attempts, which are
// either committed or, by a tombstone, aborted for ever.
#pragma once

#include <optional>

#include "server/store/catalog_store.h"
#include "server/store/sql/session/session.h"

namespace firn::store::sql {

/// The outcome kept under the key, nullopt where there is none or it has expired.
/// Errors: kUnprocessable where the key belongs to another call.
Result<std::optional<StoredOutcome>> FindOutcome(Session& session,
                                                 const IdempotencyKey& key,
                                                 TimestampMs now);

/// Keeps `outcome` unless there is one already, which is then returned (nullopt: kept).
/// Errors: as FindOutcome.
Result<std::optional<StoredOutcome>> KeepOutcome(Session& session,
                                                 const IdempotencyKey& key,
                                                 const StoredOutcome& outcome,
                                                 TimestampMs now);

/// Replaces what a replay is rendered from, for a change whose result only its transaction knows.
Status SetOutcomeReference(Session& session, const IdempotencyKey& key, std::string_view reference);

/// Marks the attempt as committed, in the transaction that does its work.
/// Errors: kCommitConflict where it is settled already.
Status RecordAttempt(Session& session, const Uuid& attempt, TimestampMs now);

/// Plants a tombstone unless the attempt has committed.
Result<AttemptState> SettleAttempt(Session& session, const Uuid& attempt, TimestampMs now);

}  // namespace firn::store::sql
