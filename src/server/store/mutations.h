// Every change of the catalog, as data. A mutation is handed to CatalogStore::Execute, which runs
// it in one database transaction together with its event, its audit row and its idempotency record.
// The checks named here are made inside that transaction, against its state.
//
// Thread-safety: plain values.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/store/records.h"

namespace firn::store {

/// Errors: kAlreadyExists where name or location is taken.
struct CreateWarehouse {
  std::string name;
  std::string location;
  Properties properties;
  bool is_default = false;
};

/// Errors: kNoSuchWarehouse; kNamespaceNotEmpty while it holds a namespace; kConflict while a job
/// of it is neither done nor cancelled (without the warehouse it could not reach its files).
struct DropWarehouse {
  std::string name;
};

/// Bytes of a namespace's properties as JSON; more is kInvalidArgument.
inline constexpr size_t kMaxNamespacePropertiesBytes = 1 << 20;

/// Errors: kAlreadyExists; kNoSuchNamespace where the parent is missing (a top-level namespace has
/// none).
struct CreateNamespace {
  NamespacePath path;
  Properties properties;
};

/// Errors: kNoSuchNamespace; kNamespaceNotEmpty (decided by foreign keys, not by a prior look).
struct DropNamespace {
  NamespacePath path;
};

/// `removals` that are not there are reported, not refused. Errors: kNoSuchNamespace.
struct UpdateNamespaceProperties {
  NamespacePath path;
  Properties updates;
  std::vector<std::string> removals;
};

/// A new table or view.
/// Errors: kNoSuchNamespace; kAlreadyExists ("Table already exists: ns.t", or "View with same name
/// already exists: ns.t" and the like); kInvalidArgument where the location equals, holds or lies
/// in that of another live, staged or purging table (views are exempt), or where a table that is
/// not registered brings the uuid of another.
struct CreateObject {
  TableIdentifier identifier;
  ObjectKind kind = ObjectKind::kTable;
  ObjectPointer pointer;
  /// True for an existing table or view brought in (event `table.registered`).
  bool registers = false;
};

/// Moves an object's pointer if it is still at `expected_version`.
/// Errors: kLostRace where the version moved on or the object is gone or renamed;
/// kInvalidArgument on a location overlap.
struct SwapObject {
  TableIdentifier identifier;
  ObjectKind kind = ObjectKind::kTable;
  ObjectId id;
  int64_t expected_version = 0;
  ObjectPointer pointer;
  /// True where a register call puts another table under the name (event `table.registered`).
  bool replaces = false;
};

using ObjectChange = std::variant<CreateObject, SwapObject>;

/// One or more creations and swaps, all or nothing; rows are locked in id order.
struct CommitObjects {
  std::vector<ObjectChange> changes;
};

/// Work to enqueue with a drop, in the same transaction.
struct NewJob {
  std::string kind;
  std::string payload;
  TimestampMs run_after;
};

/// Errors: kNoSuchTable / kNoSuchView.
struct DropObject {
  TableIdentifier identifier;
  ObjectKind kind = ObjectKind::kTable;
  /// Where given, the object's location stays reserved until the job is done. The store adds
  /// nothing to the payload.
  std::optional<NewJob> purge;
  /// Where given, the drop happens only if the pointer still is this one (kLostRace else).
  std::optional<int64_t> expected_version;
};

/// The pointer and its version stay. Renaming to the same name does nothing.
/// Errors: kNoSuchTable / kNoSuchView for `from`; kNoSuchNamespace for the target's; kAlreadyExists
/// ("Cannot rename a.b to c.d. Table already exists" / "... View already exists").
struct RenameObject {
  TableIdentifier from;
  TableIdentifier to;
  ObjectKind kind = ObjectKind::kTable;
};

/// Keeps a staged creation's location until `expires_at`, so that no table of another name gets it
/// (a repeat under the same name may: an abandoned CREATE TABLE AS must not block its own retry).
/// Errors as CreateObject, but the name is not reserved.
struct StageTable {
  TableIdentifier identifier;
  std::string uuid;
  std::string location;
  TimestampMs expires_at;
};

/// A client's scan or commit report. Oldest are dropped above the retention limit.
/// Errors: kNoSuchTable.
struct SaveMetricsReport {
  TableIdentifier identifier;
  std::string report_type;
  /// JSON.
  std::string report;
};

/// Makes a job that failed, for good or for the moment, run again at once and with all its tries.
/// Errors: kNotFound; kConflict where it is running, has ended or was never tried (its delay is on
/// purpose).
struct RetryJob {
  JobId id;
};

/// Ends a job that is not done: what it has not done yet stays undone, what it reserved is free
/// once no worker can be at it any more (at the latest when the lease of the one that runs it
/// ends). Errors: kNotFound; kConflict where it has ended.
struct CancelJob {
  JobId id;
};

/// Remembers a plan. Errors: kAlreadyExists where the id is taken.
struct CreatePlan {
  PlanRecord plan;
};

/// Forgets a plan. Errors: kNotFound where the object has none of that id and principal, or it has
/// expired.
struct CancelPlan {
  std::string id;
  ObjectId object;
};

using Mutation = std::variant<CreateWarehouse,
                              DropWarehouse,
                              CreateNamespace,
                              DropNamespace,
                              UpdateNamespaceProperties,
                              CommitObjects,
                              DropObject,
                              RenameObject,
                              StageTable,
                              SaveMetricsReport,
                              RetryJob,
                              CancelJob,
                              CreatePlan,
                              CancelPlan>;

/// What surrounds a mutation.
struct MutationContext {
  WarehouseId warehouse;
  std::string principal;
  std::string request_id;
  TimestampMs now;
  /// Give up by then: kDeadlineExceeded (nothing changed) where the transaction has not begun,
  /// kCommitStateUnknown where its outcome is not known.
  MonotonicTime deadline = kNoDeadline;
  /// Names this attempt, so that a lost reply can be settled; part of its metadata file's name. An
  /// id that is settled already (committed or aborted) is refused: kCommitConflict. Without one a
  /// lost reply stays unknown.
  std::optional<Uuid> attempt;
  /// Recorded before the change, in its transaction.
  std::optional<IdempotencyKey> idempotency;
  /// What to keep under that key when the change commits. UpdateNamespaceProperties puts its result
  /// into the reference: `{"updated":[],"removed":[],"missing":[]}`.
  StoredOutcome outcome;
};

struct NamespacePropertiesResult {
  std::vector<std::string> updated;
  std::vector<std::string> removed;
  std::vector<std::string> missing;
};

/// What a mutation did. Only the member that belongs to it is set.
struct MutationResult {
  /// Set where the idempotency key had been used for the same call before: nothing was done now.
  std::optional<StoredOutcome> replayed;
  /// CreateWarehouse.
  std::optional<WarehouseRecord> warehouse;
  /// CreateNamespace.
  std::optional<NamespaceRecord> name_space;
  /// UpdateNamespaceProperties.
  std::optional<NamespacePropertiesResult> properties;
  /// CommitObjects: the new rows, in the order of its changes. DropObject: the row that was
  /// dropped.
  std::vector<ObjectRecord> objects;
  /// RetryJob, CancelJob: the job as it is now.
  std::optional<JobRecord> job;
};

}  // namespace firn::store
