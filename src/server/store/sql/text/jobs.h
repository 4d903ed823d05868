// SQL of durable background jobs. States as in JobState: 0 queued, 1 running, 2 done, 3 failed,
// 4 cancelled.
//
// Every statement that returns a job selects the columns in the order that ReadJob
// (sql/session/rows.h) expects.
#pragma once

#include "server/store/sql/text/statement.h"

namespace firn::store::sql {

inline constexpr Statement kInsertJob{
    "insert_job",
    "INSERT INTO jobs (warehouse_id, kind, payload, progress, state, run_after_ms, attempts,"
    " last_error, token, owner, lease_until_ms, location_key)"
    " VALUES (:warehouse, :kind, :payload, '', 0, :run_after, 0, '', 0, '', 0, :location_key)"};

/// The first due job that is queued, or running under a lease that has run out.
inline constexpr Statement kFindDueJob{
    "find_due_job",
    "SELECT id FROM jobs WHERE state IN (0, 1) AND run_after_ms <= :now AND lease_until_ms <= :now"
    " ORDER BY run_after_ms, id LIMIT 1"};

inline constexpr Statement kClaimJob{
    "claim_job",
    "UPDATE jobs SET state = 1, owner = :owner, token = token + 1, attempts = attempts + 1,"
    " lease_until_ms = :lease_until WHERE id = :id"
    " RETURNING id, warehouse_id, kind, payload, progress, state, run_after_ms, attempts,"
    " last_error, token"};

/// For engines with one process: whoever held a lease is dead.
inline constexpr Statement kReleaseAllJobs{
    "release_all_jobs", "UPDATE jobs SET state = 0, lease_until_ms = 0 WHERE state = 1"};

inline constexpr Statement kSaveJobProgress{
    "save_job_progress",
    "UPDATE jobs SET progress = :progress, lease_until_ms = :lease_until"
    " WHERE id = :id AND token = :token AND state = 1"};

inline constexpr Statement kFinishJob{
    "finish_job",
    "UPDATE jobs SET state = 2, last_error = '', lease_until_ms = 0, location_key = NULL"
    " WHERE id = :id AND token = :token AND state = 1"};

inline constexpr Statement kFailJob{
    "fail_job",
    "UPDATE jobs SET state = 3, last_error = :error, lease_until_ms = 0"
    " WHERE id = :id AND token = :token AND state = 1"};

inline constexpr Statement kRetryJob{
    "retry_job",
    "UPDATE jobs SET state = 0, last_error = :error, lease_until_ms = 0, run_after_ms = :run_after"
    " WHERE id = :id AND token = :token AND state = 1"};

/// An operator's: failed for good, or waiting for its next try.
inline constexpr Statement kRequeueJob{
    "requeue_job",
    "UPDATE jobs SET state = 0, attempts = 0, run_after_ms = :now, lease_until_ms = 0"
    " WHERE id = :id AND (state = 3 OR (state = 0 AND attempts > 0))"
    " RETURNING id, warehouse_id, kind, payload, progress, state, run_after_ms, attempts,"
    " last_error, token"};

/// The lease stays: whoever works under it may be at it until it ends.
inline constexpr Statement kCancelJob{
    "cancel_job",
    "UPDATE jobs SET state = 4 WHERE id = :id AND state IN (0, 1, 3)"
    " RETURNING id, warehouse_id, kind, payload, progress, state, run_after_ms, attempts,"
    " last_error, token"};

inline constexpr Statement kFindJob{
    "find_job",
    "SELECT id, warehouse_id, kind, payload, progress, state, run_after_ms, attempts, last_error,"
    " token FROM jobs WHERE id = :id"};

/// An empty kind and a negative state mean all.
inline constexpr Statement kListJobs{
    "list_jobs",
    "SELECT id, warehouse_id, kind, payload, progress, state, run_after_ms, attempts, last_error,"
    " token FROM jobs WHERE id < :before AND (:kind = '' OR kind = :kind)"
    " AND (:state < 0 OR state = :state) ORDER BY id DESC LIMIT :limit"};

inline constexpr Statement kListUnfinishedJobs{
    "list_unfinished_jobs",
    "SELECT id FROM jobs WHERE state IN (0, 1, 3) AND warehouse_id = :warehouse ORDER BY id"
    " LIMIT :limit"};

/// Those that ended only.
inline constexpr Statement kTrimJobs{
    "trim_jobs",
    "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE state IN (2, 4)"
    " AND id <= (SELECT MAX(id) FROM jobs) - :keep ORDER BY id LIMIT :step)"};

}  // namespace firn::store::sql
