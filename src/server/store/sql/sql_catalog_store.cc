#include "server/store/sql/sql_catalog_store.h"

#include "server/store/sql/changes/execute.h"
#include "server/store/sql/changes/job_changes.h"
#include "server/store/sql/changes/outcomes.h"
#include "server/store/sql/migrate.h"
#include "server/store/sql/reads.h"
#include "server/store/sql/session/rows.h"
#include "server/store/sql/text/jobs.h"
#include "server/store/sql/text/namespaces.h"

namespace firn::store::sql {

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

Result<std::vector<WarehouseRecord>> SqlCatalogStore::ListWarehouses() {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take());
  return ReadWarehouses(*session);
}

Result<NamespaceRecord> SqlCatalogStore::GetNamespace(WarehouseId warehouse,
                                                      const NamespacePath& path) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take());
  return ReadNamespace(*session, warehouse, path);
}

std::optional<uint64_t> SqlCatalogStore::NamesGeneration() const {
  return engine_->exclusive() ? std::optional(pointers_.names_generation()) : std::nullopt;
}

Result<Page<std::string>> SqlCatalogStore::ListNamespaces(WarehouseId warehouse,
                                                          const NamespacePath& parent,
                                                          const PageRequest& page) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take());
  return ReadNamespacePage(*session, warehouse, parent, page);
}

Result<ObjectRef> SqlCatalogStore::FindObject(WarehouseId warehouse,
                                              const TableIdentifier& identifier,
                                              ObjectKind kind) {
  PointerCache::Key key{warehouse, identifier, kind};
  if (ObjectRef known = pointers_.Find(key); known != nullptr) {
    return known;
  }
  PointerCache::Ticket ticket = pointers_.Begin(key);
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take());
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
                                                       const PageRequest& page) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take());
  ASSIGN_OR_RETURN(NamespaceRow row, GetNamespaceRow(*session, warehouse, name_space));
  return ReadObjectPage(*session, row.id, kind, page);
}

Result<std::vector<ObjectRecord>> SqlCatalogStore::FindReferencing(std::string_view uuid,
                                                                   std::string_view location) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take());
  return ReadReferencing(*session, uuid, location);
}

// --- Changes ---

Result<MutationResult> SqlCatalogStore::Execute(const Mutation& mutation,
                                                const MutationContext& context) {
  MutationResult result;
  Work work = [&](Transaction& transaction) -> Status {
    ASSIGN_OR_RETURN(result, ExecuteMutation(transaction, mutation, context));
    return {};
  };
  RETURN_IF_ERROR(writer_->Run(work, context.deadline));
  return result;
}

Result<AttemptState> SqlCatalogStore::ResolveAttempt(const Uuid& attempt) {
  auto state = AttemptState::kAborted;
  Work work = [&](Transaction& transaction) -> Status {
    ASSIGN_OR_RETURN(state, SettleAttempt(transaction.session, attempt, clock_.Now()));
    return {};
  };
  RETURN_IF_ERROR(writer_->Run(work, MonotonicTime::max()));
  return state;
}

// --- Idempotency ---

Result<std::optional<StoredOutcome>> SqlCatalogStore::FindOutcome(const IdempotencyKey& key) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take());
  return sql::FindOutcome(*session, key, clock_.Now());
}

Status SqlCatalogStore::SaveOutcome(const IdempotencyKey& key, const StoredOutcome& outcome) {
  Work work = [&](Transaction& transaction) -> Status {
    RETURN_IF_ERROR(KeepOutcome(transaction.session, key, outcome, clock_.Now()));
    return {};
  };
  return writer_->Run(work, MonotonicTime::max());
}

// --- Jobs ---

Result<std::optional<JobRecord>> SqlCatalogStore::ClaimJob(std::string_view owner,
                                                           TimestampMs now,
                                                           TimestampMs lease_until) {
  std::optional<JobRecord> job;
  {
    // Looked at first without a transaction: an idle server must not sync for an empty queue.
    ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take());
    ASSIGN_OR_RETURN(bool due, HasDueJob(*session, now));
    if (!due) {
      return job;
    }
  }
  Work work = [&](Transaction& transaction) -> Status {
    ASSIGN_OR_RETURN(job, ClaimDueJob(transaction.session, {owner, now, lease_until}));
    return {};
  };
  RETURN_IF_ERROR(writer_->Run(work, MonotonicTime::max()));
  return job;
}

Status SqlCatalogStore::SaveJobProgress(const JobRecord& job,
                                        std::string_view progress,
                                        TimestampMs lease_until) {
  Work work = [&](Transaction& transaction) {
    return SaveClaimedProgress(transaction.session, job, progress, lease_until);
  };
  return writer_->Run(work, MonotonicTime::max());
}

Status SqlCatalogStore::FinishJob(const JobRecord& job,
                                  std::string_view error,
                                  std::optional<TimestampMs> retry_at) {
  Work work = [&](Transaction& transaction) {
    return FinishClaimedJob(transaction.session, job, error, retry_at);
  };
  return writer_->Run(work, MonotonicTime::max());
}

Result<std::vector<JobRecord>> SqlCatalogStore::ListJobs(const JobFilter& filter) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take());
  return ReadJobs(*session, filter);
}

Result<std::optional<JobRecord>> SqlCatalogStore::FindJob(JobId id) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take());
  return FindJobRow(*session, id);
}

// --- Events, counts, health ---

Result<std::vector<EventRecord>> SqlCatalogStore::ListEvents(WarehouseId warehouse,
                                                             int64_t after,
                                                             int64_t limit) {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take());
  return ReadEvents(*session, warehouse, after, limit);
}

Result<EntityCounts> SqlCatalogStore::CountEntities() {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take());
  return ReadEntityCounts(*session);
}

Status SqlCatalogStore::Ping() {
  ASSIGN_OR_RETURN(ReaderPool::Loan session, readers_.Take());
  return (*session).Query(kPing, {}, [](const Row&) -> Status { return {}; });
}

}  // namespace firn::store::sql
