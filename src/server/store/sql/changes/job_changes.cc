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

/// As in "it ...".
std::string_view Condition(JobState state) {
  switch (state) {
    case JobState::kQueued:
      return "waits for its first try";
    case JobState::kRunning:
      return "is running";
    case JobState::kDone:
      return "is done";
    case JobState::kFailed:
      return "has failed";
    case JobState::kCancelled:
      return "is cancelled";
  }
  return "is in an unknown state";
}

/// Runs an operator's statement on a job that is in a state for it.
Result<MutationResult> ChangeJob(
    Session& session, const Statement& statement, Params params, std::string_view what, JobId id) {
  MutationResult result;
  RETURN_IF_ERROR(session.Query(statement, params, [&](const Row& row) -> Status {
    result.job = ReadJob(row);
    return {};
  }));
  if (result.job.has_value()) {
    return result;
  }
  std::string number = std::to_string(id.value());
  ASSIGN_OR_RETURN(auto job, FindJobRow(session, id));
  if (!job.has_value()) {
    return Error(ErrorCode::kNotFound, "Job does not exist: " + number);
  }
  return Error(ErrorCode::kConflict, "Job " + number + " cannot be " + std::string(what) + ": it " +
                                         std::string(Condition(job->state)));
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

Result<MutationResult> Apply(const Change& change, const RetryJob& mutation) {
  return ChangeJob(change.session(), kRequeueJob,
                   {{":id", mutation.id.value()}, {":now", change.context.now.value()}}, "retried",
                   mutation.id);
}

Result<MutationResult> Apply(const Change& change, const CancelJob& mutation) {
  return ChangeJob(change.session(), kCancelJob, {{":id", mutation.id.value()}}, "cancelled",
                   mutation.id);
}

}  // namespace firn::store::sql
