#include "server/store/sql/sql_catalog_store.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "server/store/sql/changes/execute.h"
#include "server/store/sql/changes/job_changes.h"
#include "server/store/sql/changes/outcomes.h"
#include "server/store/sql/changes/plan_changes.h"
#include "server/store/sql/migrate.h"
#include "server/store/sql/reads.h"
#include "server/store/sql/session/rows.h"
#include "server/store/sql/text/jobs.h"
#include "server/store/sql/text/namespaces.h"

namespace firn::store::sql {
namespace {

/// Between two questions about an attempt whose reply was lost.
constexpr std::chrono::milliseconds kFirstSettlePause{10};
constexpr std::chrono::milliseconds kLongestSettlePause{500};
/// How long they are asked where the caller sets no deadline.
constexpr std::chrono::seconds kMaxSettleTime{30};

}  // namespace

Result<std::unique_ptr<SqlCatalogStore>> SqlCatalogStore::Make(std::unique_ptr<Engine> engine,
                                                               const SqlStoreOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Session> session, engine->OpenWriter());
  RETURN_IF_ERROR(Migrate(*session));
  if (engine->exclusive()) {
    RETURN_IF_ERROR(session->Execute(kReleaseAllJobs, {}));
  }
  std::unique_ptr<SqlCatalogStore> store(new SqlCatalogStore(std::move(engine), options));
  store->writer_ = std::make_unique<WriteQueue>(
      std::make_unique<GroupCommit>(std::move(session), store->pointers_, store->clock_,
                                    options.retention),
      options.queue);
  return store;
}

SqlCatalogStore::SqlCatalogStore(std::unique_ptr<Engine> engine, const SqlStoreOptions& options)
    : engine_(std::move(engine)),
      clock_(*options.clock),
      pointers_(options.pointer_cache_bytes),
      readers_(*engine_, options.max_readers) {}

// --- Reads ---

Result<std::vector<WarehouseRecord>> SqlCatalogStore::ListWarehouses(MonotonicTime deadline) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take(deadline));
  return ReadWarehouses(*session);
}

Result<NamespaceRecord> SqlCatalogStore::GetNamespace(WarehouseId warehouse,
                                                      const NamespacePath& path,
                                                      MonotonicTime deadline) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take(deadline));
  return ReadNamespace(*session, warehouse, path);
}

std::optional<uint64_t> SqlCatalogStore::NamesGeneration() const {
  return engine_->exclusive() ? std::optional(pointers_.names_generation()) : std::nullopt;
}

Result<Page<std::string>> SqlCatalogStore::ListNamespaces(WarehouseId warehouse,
                                                          const NamespacePath& parent,
                                                          const PageRequest& page,
                                                          MonotonicTime deadline) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take(deadline));
  return ReadNamespacePage(*session, warehouse, parent, page);
}

Result<ObjectRef> SqlCatalogStore::FindObject(WarehouseId warehouse,
                                              const TableIdentifier& identifier,
                                              ObjectKind kind,
                                              MonotonicTime deadline) {
  PointerCache::Key key{warehouse, identifier, kind};
  if (ObjectRef known = pointers_.Find(key); known != nullptr) {
    return known;
  }
  PointerCache::Ticket ticket = pointers_.Begin(key);
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take(deadline));
  ASSIGN_OR_RETURN(auto found, FindObjectRow(*session, warehouse, identifier));
  if (!found.has_value() || found->kind != kind) {
    return ObjectRef();
  }
  auto object = std::make_shared<const ObjectRecord>(*std::move(found));
  pointers_.Install(key, ticket, object);
  return ObjectRef(std::move(object));
}

ObjectRef SqlCatalogStore::FindCachedObject(WarehouseId warehouse,
                                            const TableIdentifier& identifier,
                                            ObjectKind kind) {
  return pointers_.Find({warehouse, identifier, kind});
}

Result<Page<std::string>> SqlCatalogStore::ListObjects(WarehouseId warehouse,
                                                       const NamespacePath& name_space,
                                                       ObjectKind kind,
                                                       const PageRequest& page,
                                                       MonotonicTime deadline) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take(deadline));
  ASSIGN_OR_RETURN(NamespaceRow row, GetNamespaceRow(*session, warehouse, name_space));
  return ReadObjectPage(*session, row.id, kind, page);
}

Result<std::vector<ObjectRecord>> SqlCatalogStore::FindReferencing(std::string_view uuid,
                                                                   std::string_view location,
                                                                   MonotonicTime deadline) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take(deadline));
  return ReadReferencing(*session, uuid, location);
}

// --- Changes ---

template <class T, class Change>
Result<T> SqlCatalogStore::Write(Change change, MonotonicTime deadline) {
  auto result = std::make_shared<std::optional<T>>();
  Work work = [result, change = std::move(change)](Transaction& transaction) -> Status {
    ASSIGN_OR_RETURN(*result, change(transaction));
    return {};
  };
  RETURN_IF_ERROR(writer_->Run(std::move(work), deadline));
  return **std::move(result);
}

Result<MutationResult> SqlCatalogStore::Execute(const Mutation& mutation,
                                                const MutationContext& context) {
  struct Execution {
    Mutation mutation;
    MutationContext context;
    MutationResult result;
  };
  auto execution = std::make_shared<Execution>(mutation, context);
  Work work = [execution](Transaction& transaction) -> Status {
    ASSIGN_OR_RETURN(execution->result,
                     ExecuteMutation(transaction, execution->mutation, execution->context));
    return {};
  };
  Status done = writer_->Run(std::move(work), context.deadline);
  if (!done.has_value() && done.error().code() == ErrorCode::kCommitStateUnknown &&
      context.attempt.has_value()) {
    done = Settle(*context.attempt, context.deadline);
  }
  RETURN_IF_ERROR(std::move(done));
  return std::move(execution->result);
}

Status SqlCatalogStore::Settle(const Uuid& attempt, MonotonicTime deadline) {
  MonotonicTime end = std::min(deadline, std::chrono::steady_clock::now() + kMaxSettleTime);
  std::chrono::milliseconds pause = kFirstSettlePause;
  while (true) {
    auto state = ResolveAttempt(attempt, end);
    if (state.has_value()) {
      if (*state == AttemptState::kCommitted) {
        return {};
      }
      return Error(ErrorCode::kUnavailable,
                   "The catalog database did not commit; nothing was changed");
    }
    if (std::chrono::steady_clock::now() + pause >= end) {
      return Error(ErrorCode::kCommitStateUnknown,
                   "The catalog database failed while committing; the outcome is not known");
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestSettlePause);
  }
}

Result<AttemptState> SqlCatalogStore::ResolveAttempt(const Uuid& attempt, MonotonicTime deadline) {
  return Write<AttemptState>(
      [attempt, now = clock_.Now()](Transaction& transaction) {
        return SettleAttempt(transaction.session, attempt, now);
      },
      deadline);
}

// --- Idempotency ---

Result<std::optional<StoredOutcome>> SqlCatalogStore::FindOutcome(const IdempotencyKey& key,
                                                                  MonotonicTime deadline) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take(deadline));
  return sql::FindOutcome(*session, key, clock_.Now());
}

Status SqlCatalogStore::SaveOutcome(const IdempotencyKey& key,
                                    const StoredOutcome& outcome,
                                    MonotonicTime deadline) {
  RETURN_IF_ERROR(Write<std::optional<StoredOutcome>>(
      [key, outcome, now = clock_.Now()](Transaction& transaction) {
        return KeepOutcome(transaction.session, key, outcome, now);
      },
      deadline));
  return {};
}

// --- Jobs ---

Result<std::optional<JobRecord>> SqlCatalogStore::ClaimJob(std::string_view owner,
                                                           TimestampMs now,
                                                           TimestampMs lease_until) {
  {
    // Looked at first without a transaction: an idle server must not sync for an empty queue.
    ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take(kNoDeadline));
    ASSIGN_OR_RETURN(bool due, HasDueJob(*session, now));
    if (!due) {
      return std::nullopt;
    }
  }
  return Write<std::optional<JobRecord>>(
      [owner = std::string(owner), now, lease_until](Transaction& transaction) {
        return ClaimDueJob(transaction.session, {owner, now, lease_until});
      },
      kNoDeadline);
}

Status SqlCatalogStore::SaveJobProgress(const JobRecord& job,
                                        std::string_view progress,
                                        TimestampMs lease_until) {
  Work work = [&](Transaction& transaction) {
    return SaveClaimedProgress(transaction.session, job, progress, lease_until);
  };
  return writer_->Run(std::move(work), kNoDeadline);
}

Status SqlCatalogStore::FinishJob(const JobRecord& job,
                                  std::string_view error,
                                  std::optional<TimestampMs> retry_at) {
  Work work = [&](Transaction& transaction) {
    return FinishClaimedJob(transaction.session, job, error, retry_at);
  };
  return writer_->Run(std::move(work), kNoDeadline);
}

Result<std::vector<JobRecord>> SqlCatalogStore::ListJobs(const JobFilter& filter,
                                                         MonotonicTime deadline) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take(deadline));
  return ReadJobs(*session, filter);
}

Result<std::optional<JobRecord>> SqlCatalogStore::FindJob(JobId id, MonotonicTime deadline) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take(deadline));
  return FindJobRow(*session, id);
}

// --- Plans ---

Result<std::optional<PlanRecord>> SqlCatalogStore::FindPlan(std::string_view id,
                                                            TimestampMs now,
                                                            MonotonicTime deadline) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take(deadline));
  return FindPlanRow(*session, id, now);
}

Status SqlCatalogStore::ExtendPlan(std::string_view id,
                                   TimestampMs expires_at,
                                   MonotonicTime deadline) {
  Work work = [id = std::string(id), expires_at](Transaction& transaction) {
    return ExtendPlanRow(transaction.session, id, expires_at);
  };
  return writer_->Run(std::move(work), deadline);
}

Result<std::vector<SigningKey>> SqlCatalogStore::SigningKeys(std::string_view purpose,
                                                             const SigningKey& candidate,
                                                             MonotonicTime deadline) {
  return Write<std::vector<SigningKey>>(
      [purpose = std::string(purpose), candidate, now = clock_.Now()](Transaction& transaction) {
        return EnsureSigningKeys(transaction.session, purpose, candidate, now);
      },
      deadline);
}

// --- Events, counts, health ---

Result<std::vector<EventRecord>> SqlCatalogStore::ListEvents(WarehouseId warehouse,
                                                             int64_t after,
                                                             int64_t limit,
                                                             MonotonicTime deadline) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take(deadline));
  return ReadEvents(*session, warehouse, after, limit);
}

Result<EntityCounts> SqlCatalogStore::CountEntities(MonotonicTime deadline) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take(deadline));
  return ReadEntityCounts(*session);
}

Status SqlCatalogStore::Ping(MonotonicTime deadline) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take(deadline));
  return (*session).Query(kPing, {}, [](const Row&) -> Status { return {}; });
}

StoreStats SqlCatalogStore::Stats() const {
  ReaderPool::Stats readers = readers_.stats();
  WriteQueue::Stats writer = writer_->stats();
  PointerCache::Stats pointers = pointers_.stats();
  return {.reader_waits = readers.waits,
          .reads = readers.uses,
          .readers_in_use = readers.in_use,
          .readers_max = readers.max,
          .change_waits = writer.waits,
          .groups = writer.groups,
          .changes = writer.changes,
          .changes_waiting = writer.waiting,
          .pointer_hits = pointers.hits,
          .pointer_misses = pointers.misses};
}

}  // namespace firn::store::sql
