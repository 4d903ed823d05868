// SQL of what commits leave behind: events, versions, attempts, outcomes, audit, reports; and how
// it is trimmed, a bounded step at a time.
#pragma once

#include <array>

#include "server/store/sql/text/statement.h"

namespace firn::store::sql {

// --- Events and versions ---

/// Gives `count` numbers; returns the last one.
inline constexpr Statement kTakeEventNumbers{
    "take_event_numbers",
    "UPDATE warehouses SET last_event = last_event + :count WHERE id = :warehouse"
    " RETURNING last_event"};

inline constexpr Statement kInsertEvent{
    "insert_event",
    "INSERT INTO events (warehouse_id, sequence, transaction_id, time_ms, type, path, name, detail)"
    " VALUES (:warehouse, :sequence, :transaction_id, :time, :type, :path, :name, :detail)"};

inline constexpr Statement kListEvents{
    "list_events",
    "SELECT sequence, transaction_id, time_ms, type, path, name, detail FROM events"
    " WHERE warehouse_id = :warehouse AND sequence > :after ORDER BY sequence LIMIT :limit"};

inline constexpr Statement kDeleteEventsOfWarehouse{
    "delete_events_of_warehouse", "DELETE FROM events WHERE warehouse_id = :warehouse"};

inline constexpr Statement kInsertVersion{
    "insert_version",
    "INSERT INTO object_versions"
    " (object_id, version, warehouse_id, sequence, metadata_location, time_ms)"
    " VALUES (:object, :version, :warehouse, :sequence, :metadata_location, :time)"};

// --- Attempts ---

inline constexpr Statement kInsertAttempt{
    "insert_attempt",
    "INSERT INTO commit_attempts (attempt, committed, time_ms)"
    " VALUES (:attempt, :committed, :now) ON CONFLICT DO NOTHING"};

inline constexpr Statement kFindAttempt{
    "find_attempt", "SELECT committed FROM commit_attempts WHERE attempt = :attempt"};

// --- Idempotency ---

inline constexpr Statement kInsertOutcome{
    "insert_outcome",
    "INSERT INTO idempotency (key, principal, warehouse_id, operation, body_hash, http_status,"
    " reference, expires_ms)"
    " VALUES (:key, :principal, :warehouse, :operation, :body_hash, :http_status, :reference,"
    " :expires) ON CONFLICT DO NOTHING"};

inline constexpr Statement kFindOutcome{
    "find_outcome",
    "SELECT principal, warehouse_id, operation, body_hash, http_status, reference, expires_ms"
    " FROM idempotency WHERE key = :key"};

inline constexpr Statement kSetOutcomeReference{
    "set_outcome_reference", "UPDATE idempotency SET reference = :reference WHERE key = :key"};

inline constexpr Statement kDeleteOutcome{"delete_outcome",
                                          "DELETE FROM idempotency WHERE key = :key"};

// --- Audit and reports ---

inline constexpr Statement kInsertAudit{
    "insert_audit",
    "INSERT INTO audit (time_ms, principal, request_id, warehouse_id, action, target)"
    " VALUES (:now, :principal, :request_id, :warehouse, :action, :target)"};

inline constexpr Statement kInsertReport{
    "insert_report",
    "INSERT INTO metrics_reports (object_id, time_ms, type, report)"
    " VALUES (:object, :now, :type, :report)"};

// --- The fence: a number raised by every group of changes, so that one whose COMMIT failed can
// tell afterwards whether it happened ---

inline constexpr Statement kReadFence{"read_fence", "SELECT number FROM commit_fence WHERE id = 1"};
inline constexpr Statement kWriteFence{"write_fence",
                                       "UPDATE commit_fence SET number = :number WHERE id = 1"};

// --- Trimming: the oldest rows above `keep`, at most `step` of them ---

inline constexpr Statement kTrimEvents{
    "trim_events",
    "DELETE FROM events WHERE warehouse_id = :warehouse"
    " AND sequence <= (SELECT last_event FROM warehouses WHERE id = :warehouse) - :keep"
    " AND sequence <"
    " (SELECT MIN(sequence) FROM events WHERE warehouse_id = :warehouse) + :step"};

inline constexpr Statement kTrimVersions{
    "trim_versions",
    "DELETE FROM object_versions WHERE id <= (SELECT MAX(id) FROM object_versions) - :keep"
    " AND id < (SELECT MIN(id) FROM object_versions) + :step"};

inline constexpr Statement kTrimAttempts{
    "trim_attempts",
    "DELETE FROM commit_attempts WHERE id <= (SELECT MAX(id) FROM commit_attempts) - :keep"
    " AND id < (SELECT MIN(id) FROM commit_attempts) + :step"};

/// Bytes of reports, oldest first.
inline constexpr Statement kReportSizes{
    "report_sizes",
    "SELECT id, LENGTH(CAST(report AS BLOB)) FROM metrics_reports WHERE id > :after"
    " ORDER BY id LIMIT :step"};

inline constexpr Statement kTrimReports{"trim_reports",
                                        "DELETE FROM metrics_reports WHERE id <= :last"};

inline constexpr Statement kTrimAudit{
    "trim_audit",
    "DELETE FROM audit WHERE id <= (SELECT MAX(id) FROM audit) - :keep"
    " AND id < (SELECT MIN(id) FROM audit) + :step"};

inline constexpr Statement kTrimOutcomes{
    "trim_outcomes",
    "DELETE FROM idempotency WHERE key IN"
    " (SELECT key FROM idempotency WHERE expires_ms <= :now ORDER BY expires_ms LIMIT :step)"};

inline constexpr Statement kTrimStagedTables{
    "trim_staged_tables",
    "DELETE FROM staged_tables WHERE id IN"
    " (SELECT id FROM staged_tables WHERE expires_ms <= :now ORDER BY expires_ms LIMIT :step)"};

}  // namespace firn::store::sql
