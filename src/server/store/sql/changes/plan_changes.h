// Scan plans and signing keys, inside a transaction or, where a function only reads, outside of
// one.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/store/records.h"
#include "server/store/sql/changes/change.h"
#include "server/store/sql/session/session.h"

namespace firn::store::sql {

/// nullopt where there is none that lives at `now`.
Result<std::optional<PlanRecord>> FindPlanRow(Session& session,
                                              std::string_view id,
                                              TimestampMs now);

Status ExtendPlanRow(Session& session, std::string_view id, TimestampMs expires_at);

/// The keys in use for `purpose`, the newest first; `candidate` is stored where there is none.
Result<std::vector<SigningKey>> EnsureSigningKeys(Session& session,
                                                  std::string_view purpose,
                                                  const SigningKey& candidate,
                                                  TimestampMs now);

Result<MutationResult> Apply(const Change& change, const CreatePlan& mutation);
Result<MutationResult> Apply(const Change& change, const CancelPlan& mutation);

}  // namespace firn::store::sql
