// SqlCatalogStore: the CatalogStore port over any SQL engine. Reads use a small pool of sessions
// and a memory of pointers; every change goes through one writer thread that commits in groups.
//
// The memory is right only while this process is the database's one writer; the engine makes sure
// of that (SQLite: a lock on the database's folder). Thread-safety: any thread.
#pragma once

#include <memory>

#include "base/clock.h"
#include "server/store/catalog_store.h"
#include "server/store/sql/pointer_cache.h"
#include "server/store/sql/reader_pool.h"
#include "server/store/sql/retention.h"
#include "server/store/sql/session/session.h"
#include "server/store/sql/write_queue.h"

namespace firn::store::sql {

struct SqlStoreOptions {
  /// Must outlive the store.
  const Clock* clock = nullptr;
  size_t max_readers = 4;
  /// Bound of the memory of pointers.
  size_t pointer_cache_bytes = size_t{8} << 20;
  WriteQueueLimits queue;
  RetentionLimits retention;
};

class SqlCatalogStore final : public CatalogStore {
 public:
  /// Migrates the database. Errors: kUnsupported where it is newer than this program; kUnavailable.
  static Result<std::unique_ptr<SqlCatalogStore>> Make(std::unique_ptr<Engine> engine,
                                                       const SqlStoreOptions& options);

  Result<std::vector<WarehouseRecord>> ListWarehouses(MonotonicTime deadline) override;
  Result<NamespaceRecord> GetNamespace(WarehouseId warehouse,
                                       const NamespacePath& path,
                                       MonotonicTime deadline) override;
  std::optional<uint64_t> NamesGeneration() const override;
  Result<Page<std::string>> ListNamespaces(WarehouseId warehouse,
                                           const NamespacePath& parent,
                                           const PageRequest& page,
                                           MonotonicTime deadline) override;
  Result<ObjectRef> FindObject(WarehouseId warehouse,
                               const TableIdentifier& identifier,
                               ObjectKind kind,
                               MonotonicTime deadline) override;
  ObjectRef FindCachedObject(WarehouseId warehouse,
                             const TableIdentifier& identifier,
                             ObjectKind kind) override;
  Result<Page<std::string>> ListObjects(WarehouseId warehouse,
                                        const NamespacePath& name_space,
                                        ObjectKind kind,
                                        const PageRequest& page,
                                        MonotonicTime deadline) override;
  Result<std::vector<ObjectRecord>> FindReferencing(std::string_view uuid,
                                                    std::string_view location,
                                                    MonotonicTime deadline) override;
  Result<MutationResult> Execute(const Mutation& mutation, const MutationContext& context) override;
  Result<AttemptState> ResolveAttempt(const Uuid& attempt, MonotonicTime deadline) override;
  Result<std::optional<StoredOutcome>> FindOutcome(const IdempotencyKey& key,
                                                   MonotonicTime deadline) override;
  Status SaveOutcome(const IdempotencyKey& key,
                     const StoredOutcome& outcome,
                     MonotonicTime deadline) override;
  Result<std::optional<JobRecord>> ClaimJob(std::string_view owner,
                                            TimestampMs now,
                                            TimestampMs lease_until) override;
  Status SaveJobProgress(const JobRecord& job,
                         std::string_view progress,
                         TimestampMs lease_until) override;
  Status FinishJob(const JobRecord& job,
                   std::string_view error,
                   std::optional<TimestampMs> retry_at) override;
  Result<std::vector<JobRecord>> ListJobs(const JobFilter& filter, MonotonicTime deadline) override;
  Result<std::optional<JobRecord>> FindJob(JobId id, MonotonicTime deadline) override;
  Result<std::optional<PlanRecord>> FindPlan(std::string_view id,
                                             TimestampMs now,
                                             MonotonicTime deadline) override;
  Status ExtendPlan(std::string_view id, TimestampMs expires_at, MonotonicTime deadline) override;
  Result<std::vector<SigningKey>> SigningKeys(std::string_view purpose,
                                              const SigningKey& candidate,
                                              MonotonicTime deadline) override;
  Result<std::vector<EventRecord>> ListEvents(WarehouseId warehouse,
                                              int64_t after,
                                              int64_t limit,
                                              MonotonicTime deadline) override;
  Result<EntityCounts> CountEntities(MonotonicTime deadline) override;
  Status Ping(MonotonicTime deadline) override;
  StoreStats Stats() const override;

 private:
  SqlCatalogStore(std::unique_ptr<Engine> engine, const SqlStoreOptions& options);

  /// Runs `change`, a function of a Transaction& that gives a Result<T>, on the writer. It must own
  /// what it refers to: past the deadline it may still run while nobody waits for it.
  template <class T, class Change>
  Result<T> Write(Change change, MonotonicTime deadline);
  /// What became of an attempt whose reply was lost; asks until the deadline. Success: it
  /// committed.
  Status Settle(const Uuid& attempt, MonotonicTime deadline);

  std::unique_ptr<Engine> engine_;
  const Clock& clock_;
  PointerCache pointers_;
  ReaderPool readers_;
  /// Last: its thread uses what is above.
  std::unique_ptr<WriteQueue> writer_;
};

}  // namespace firn::store::sql
