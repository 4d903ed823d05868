// The job queue, inside a transaction. A job's token fences its writes: it is raised by every
// claim.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "server/store/records.h"
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

}  // namespace firn::store::sql
