// CatalogStore: the port between the catalog's rules (server/service) and its database. One text of
// SQL serves SQLite and PostgreSQL behind it; callers see records and mutations only.
//
// Reads see every change whose Execute has returned, on the same store. Execute returns after the
// transaction is durable. Ready mutations of concurrent callers share one transaction and one sync
// (each in its own savepoint: one that fails takes nothing with it).
//
// What success proves: the change, its event and its idempotency record are durable. What failure
// proves: with any code but kCommitStateUnknown nothing was changed. Execute settles a lost reply
// by the attempt's id itself, up to the deadline; kCommitStateUnknown is what is left: the change
// may or may not be there, now or later, and nothing may be cleaned up.
//
// Errors common to all calls: kUnavailable (the database is down; nothing changed),
// kDeadlineExceeded (it was not begun by the deadline; nothing changed), kInternal.
// Thread-safety: every method may be called from any thread; calls may block on I/O. They wait for
// their turn until `deadline` at most.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/store/mutations.h"
#include "server/store/records.h"
#include "server/store/store_stats.h"

namespace firn::store {

/// A slice of a listing ordered by name (byte order).
struct PageRequest {
  /// Only names after this one; nullopt from the start.
  std::optional<std::string> after;
  /// At most so many; nullopt for all.
  std::optional<int64_t> limit;
};

template <class T>
struct Page {
  std::vector<T> items;
  /// True where more items follow the last one here.
  bool has_more = false;
};

/// Which jobs a listing is about; nullopt: all.
struct JobFilter {
  std::optional<std::string> kind;
  std::optional<JobState> state;
  /// Only those older than this one.
  std::optional<JobId> before;
  int64_t limit = 0;
};

/// How an attempt ended, as ResolveAttempt decided it.
enum class AttemptState : uint8_t {
  kCommitted,  ///< It happened.
  kAborted,    ///< It did not and never will: its files may go.
};

struct EntityCounts {
  int64_t warehouses = 0;
  int64_t namespaces = 0;
  int64_t tables = 0;
  int64_t views = 0;
  /// Background jobs, by state.
  std::array<int64_t, kJobStates> jobs{};
};

class CatalogStore {
 public:
  virtual ~CatalogStore() = default;

  // --- Warehouses ---
  virtual Result<std::vector<WarehouseRecord>> ListWarehouses(MonotonicTime deadline) = 0;

  // --- Namespaces ---
  /// Errors: kNoSuchNamespace. The empty path is a namespace like any other: it exists once
  /// created.
  virtual Result<NamespaceRecord> GetNamespace(WarehouseId warehouse,
                                               const NamespacePath& path,
                                               MonotonicTime deadline) = 0;
  /// The direct children of `parent`, by their last level. Children of the empty path are the
  /// top-level namespaces (never itself), whether it exists or not.
  /// Errors: kNoSuchNamespace for the parent.
  virtual Result<Page<std::string>> ListNamespaces(WarehouseId warehouse,
                                                   const NamespacePath& parent,
                                                   const PageRequest& page,
                                                   MonotonicTime deadline) = 0;

  // --- Tables and views ---
  /// The hot path: answered from memory on SQLite. nullptr where there is no such object (or no
  /// such namespace).
  virtual Result<ObjectRef> FindObject(WarehouseId warehouse,
                                       const TableIdentifier& identifier,
                                       ObjectKind kind,
                                       MonotonicTime deadline) = 0;
  /// FindObject without any I/O, wait or allocation: nullptr where memory does not know the answer
  /// (which says nothing about whether the object exists).
  virtual ObjectRef FindCachedObject(WarehouseId warehouse,
                                     const TableIdentifier& identifier,
                                     ObjectKind kind) = 0;
  /// Names in order. Errors: kNoSuchNamespace.
  virtual Result<Page<std::string>> ListObjects(WarehouseId warehouse,
                                                const NamespacePath& name_space,
                                                ObjectKind kind,
                                                const PageRequest& page,
                                                MonotonicTime deadline) = 0;
  /// Live objects (in any warehouse) with this uuid (an empty one is nobody's), with a location
  /// equal to, above or below `location`, or whose metadata file is `location` or lies below it:
  /// what a purge must respect. Errors: kInvalidArgument for a location that cannot be read.
  virtual Result<std::vector<ObjectRecord>> FindReferencing(std::string_view uuid,
                                                            std::string_view location,
                                                            MonotonicTime deadline) = 0;

  /// A number that differs from any given before once a namespace, or the set of names in one,
  /// has changed: an answer about names that was read after a number was taken holds while the
  /// number stays. nullopt where memory cannot tell, because others write to the database too.
  virtual std::optional<uint64_t> NamesGeneration() const { return std::nullopt; }

  // --- Changes ---
  virtual Result<MutationResult> Execute(const Mutation& mutation,
                                         const MutationContext& context) = 0;
  /// What Execute does when the database's reply is lost: plants a tombstone under the attempt's
  /// id, unless it committed. An id so settled can never commit: a repeat of the work needs a new
  /// one. Errors: any error means that it still cannot be told.
  virtual Result<AttemptState> ResolveAttempt(const Uuid& attempt, MonotonicTime deadline) = 0;

  // --- Idempotency ---
  /// The outcome kept under the key, nullopt where it is new.
  /// Errors: kUnprocessable where the key belongs to another call.
  virtual Result<std::optional<StoredOutcome>> FindOutcome(const IdempotencyKey& key,
                                                           MonotonicTime deadline) = 0;
  /// Keeps the outcome of a call that changed nothing (a deterministic 4xx). The first outcome kept
  /// under a key stays. Errors: kUnprocessable where the key belongs to another call.
  virtual Status SaveOutcome(const IdempotencyKey& key,
                             const StoredOutcome& outcome,
                             MonotonicTime deadline) = 0;

  // --- Jobs ---
  /// Takes the first job due at `now` that nobody holds, raising its token; nullopt where none is.
  virtual Result<std::optional<JobRecord>> ClaimJob(std::string_view owner,
                                                    TimestampMs now,
                                                    TimestampMs lease_until) = 0;
  /// Renews the lease and replaces the progress. Errors: kCommitConflict where the token is stale.
  virtual Status SaveJobProgress(const JobRecord& job,
                                 std::string_view progress,
                                 TimestampMs lease_until) = 0;
  /// Ends the job (done where `error` is empty, else failed for good) or, with `retry_at`, queues
  /// it again. Done frees what it had reserved; failed keeps it, because its files may still be
  /// there. Errors: kCommitConflict where the token is stale.
  virtual Status FinishJob(const JobRecord& job,
                           std::string_view error,
                           std::optional<TimestampMs> retry_at) = 0;
  /// The newest first.
  virtual Result<std::vector<JobRecord>> ListJobs(const JobFilter& filter,
                                                  MonotonicTime deadline) = 0;
  /// nullopt where there is none (any more: the oldest that ended are trimmed).
  virtual Result<std::optional<JobRecord>> FindJob(JobId id, MonotonicTime deadline) = 0;

  // --- Plans ---
  /// nullopt where there is none, or it has expired at `now`.
  virtual Result<std::optional<PlanRecord>> FindPlan(std::string_view id,
                                                     TimestampMs now,
                                                     MonotonicTime deadline) = 0;
  /// Lets a plan live until `expires_at` at least; nothing where it is gone.
  virtual Status ExtendPlan(std::string_view id,
                            TimestampMs expires_at,
                            MonotonicTime deadline) = 0;
  /// The keys in use for `purpose`, the newest first. Where there is none, `candidate` becomes it.
  virtual Result<std::vector<SigningKey>> SigningKeys(std::string_view purpose,
                                                      const SigningKey& candidate,
                                                      MonotonicTime deadline) = 0;

  // --- Events, counts, health ---
  /// Events with a sequence above `after`, in order.
  virtual Result<std::vector<EventRecord>> ListEvents(WarehouseId warehouse,
                                                      int64_t after,
                                                      int64_t limit,
                                                      MonotonicTime deadline) = 0;
  virtual Result<EntityCounts> CountEntities(MonotonicTime deadline) = 0;
  /// One trivial read, for /ready.
  virtual Status Ping(MonotonicTime deadline) = 0;
  /// Never waits for the database.
  virtual StoreStats Stats() const = 0;
};

}  // namespace firn::store
