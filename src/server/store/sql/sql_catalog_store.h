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
  size_t pointer_cache_bytes = size_t{32} << 20;
  WriteQueueLimits queue;
  RetentionLimits retention;
};

class SqlCatalogStore final : public CatalogStore {
 public:
  /// Migrates the database. Errors: kUnsupported where it is newer than this program; kUnavailable.
  static Result<std::unique_ptr<SqlCatalogStore>> Make(std::unique_ptr<Engine> engine,
                                                       const SqlStoreOptions& options);

  Result<std::vector<WarehouseRecord>> ListWarehouses() override;
  Result<NamespaceRecord> GetNamespace(WarehouseId warehouse, const NamespacePath& path) override;
  std::optional<uint64_t> NamesGeneration() const override;
  Result<Page<std::string>> ListNamespaces(WarehouseId warehouse,
                                           const NamespacePath& parent,
                                           const PageRequest& page) override;
  Result<ObjectRef> FindObject(WarehouseId warehouse,
                               const TableIdentifier& identifier,
                               ObjectKind kind) override;
  ObjectRef FindCachedObject(WarehouseId warehouse,
                             const TableIdentifier& identifier,
                             ObjectKind kind) override;
  Result<Page<std::string>> ListObjects(WarehouseId warehouse,
                                        const NamespacePath& name_space,
                                        ObjectKind kind,
                                        const PageRequest& page) override;
  Result<std::vector<ObjectRecord>> FindReferencing(std::string_view uuid,
                                                    std::string_view location) override;
  Result<MutationResult> Execute(const Mutation& mutation, const MutationContext& context) override;
  Result<AttemptState> ResolveAttempt(const Uuid& attempt) override;
  Result<std::optional<StoredOutcome>> FindOutcome(const IdempotencyKey& key) override;
  Status SaveOutcome(const IdempotencyKey& key, const StoredOutcome& outcome) override;
  Result<std::optional<JobRecord>> ClaimJob(std::string_view owner,
                                            TimestampMs now,
                                            TimestampMs lease_until) override;
  Status SaveJobProgress(const JobRecord& job,
                         std::string_view progress,
                         TimestampMs lease_until) override;
  Status FinishJob(const JobRecord& job,
                   std::string_view error,
                   std::optional<TimestampMs> retry_at) override;
  Result<std::vector<JobRecord>> ListJobs(const JobFilter& filter) override;
  Result<std::optional<JobRecord>> FindJob(JobId id) override;
  Result<std::vector<EventRecord>> ListEvents(WarehouseId warehouse,
                                              int64_t after,
                                              int64_t limit) override;
  Result<EntityCounts> CountEntities() override;
  Status Ping() override;

 private:
  SqlCatalogStore(std::unique_ptr<Engine> engine, const SqlStoreOptions& options);

  std::unique_ptr<Engine> engine_;
  const Clock& clock_;
  PointerCache pointers_;
  ReaderPool readers_;
  /// Last: its thread uses what is above.
  std::unique_ptr<WriteQueue> writer_;
};

}  // namespace firn::store::sql
