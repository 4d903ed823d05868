// The job queue, inside a transaction: what workers do to it, and what operators do. A job's token
// fences a worker's writes: it is raised by every claim.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "server/store/records.h"
#include "server/store/sql/changes/change.h"
#include "server/store/sql/session/session.h"

namespace firn::store::sql {

/// Who claims, and until when.
struct JobClaim {
  std::string_view owner;
  TimestampMs now;
  TimestampMs lease_until;
};

Result<std::optional<JobRecord>> ClaimDueJob(Session& session, const JobClaim& claim);

/// Errors: kCommitConflict where the token is stale; so for FinishClaimedJob.
Status SaveClaimedProgress(Session& session,
                           const JobRecord& job,
                           std::string_view progress,
                           TimestampMs lease_until);

Status FinishClaimedJob(Session& session,
                        const JobRecord& job,
                        std::string_view error,
                        std::optional<TimestampMs> retry_at);

Result<MutationResult> Apply(const Change& change, const RetryJob& mutation);
Result<MutationResult> Apply(const Change& change, const CancelJob& mutation);

}  // namespace firn::store::sql
