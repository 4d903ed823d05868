#include "server/store/sql/changes/job_changes.h"

#include "server/store/sql/session/rows.h"
#include "server/store/sql/text/jobs.h"

namespace firn::store::sql {
namespace {

Status CheckToken(const Result<int64_t>& changed) {
  if (!changed.has_value()) {
    return changed.error();
  }
  if (*changed == 0) {
    return Error(ErrorCode::kCommitConflict, "The job was taken over by another worker");
  }
  return {};
}

}  // namespace

Result<std::optional<JobRecord>> ClaimDueJob(Session& session, const JobClaim& claim) {
  std::optional<int64_t> due;
  RETURN_IF_ERROR(
      session.Query(kFindDueJob, {{":now", claim.now.value()}}, [&](const Row& row) -> Status {
        due = row.Int(0);
        return {};
      }));
  std::optional<JobRecord> job;
  if (due.has_value()) {
    RETURN_IF_ERROR(session.Query(
        kClaimJob,
        {{":owner", claim.owner}, {":lease_until", claim.lease_until.value()}, {":id", *due}},
        [&](const Row& row) -> Status {
          job = ReadJob(row);
          return {};
        }));
  }
  return job;
}

Status SaveClaimedProgress(Session& session,
                           const JobRecord& job,
                           std::string_view progress,
                           TimestampMs lease_until) {
  return CheckToken(session.Execute(kSaveJobProgress, {{":progress", progress},
                                                       {":lease_until", lease_until.value()},
                                                       {":id", job.id.value()},
                                                       {":token", job.token}}));
}

Status FinishClaimedJob(Session& session,
                        const JobRecord& job,
                        std::string_view error,
                        std::optional<TimestampMs> retry_at) {
  if (retry_at.has_value()) {
    return CheckToken(session.Execute(kRetryJob, {{":error", error},
                                                  {":run_after", retry_at->value()},
                                                  {":id", job.id.value()},
                                                  {":token", job.token}}));
  }
  if (!error.empty()) {
    return CheckToken(session.Execute(
        kFailJob, {{":error", error}, {":id", job.id.value()}, {":token", job.token}}));
  }
  return CheckToken(session.Execute(kFinishJob, {{":id", job.id.value()}, {":token", job.token}}));
}

}  // namespace firn::store::sql
