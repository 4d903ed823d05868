// ForwardingStore: a CatalogStore that passes every call on, for tests that change one of them.
//
// Thread-safety: that of the inner store.
#pragma once

#include "server/store/catalog_store.h"

namespace firn::store::testing {

class ForwardingStore : public CatalogStore {
 public:
  /// `inner` must outlive this store.
  explicit ForwardingStore(CatalogStore& inner) : inner_(inner) {}

  Result<MutationResult> Execute(const Mutation& mutation,
                                 const MutationContext& context) override {
    return inner_.Execute(mutation, context);
  }
  Result<std::vector<WarehouseRecord>> ListWarehouses() override { return inner_.ListWarehouses(); }
  Result<NamespaceRecord> GetNamespace(WarehouseId warehouse, const NamespacePath& path) override {
    return inner_.GetNamespace(warehouse, path);
  }
  Result<Page<std::string>> ListNamespaces(WarehouseId warehouse,
                                           const NamespacePath& parent,
                                           const PageRequest& page) override {
    return inner_.ListNamespaces(warehouse, parent, page);
  }
  Result<ObjectRef> FindObject(WarehouseId warehouse,
                               const TableIdentifier& identifier,
                               ObjectKind kind) override {
    return inner_.FindObject(warehouse, identifier, kind);
  }
  ObjectRef FindCachedObject(WarehouseId warehouse,
                             const TableIdentifier& identifier,
                             ObjectKind kind) override {
    return inner_.FindCachedObject(warehouse, identifier, kind);
  }
  Result<Page<std::string>> ListObjects(WarehouseId warehouse,
                                        const NamespacePath& name_space,
                                        ObjectKind kind,
                                        const PageRequest& page) override {
    return inner_.ListObjects(warehouse, name_space, kind, page);
  }
  Result<std::vector<ObjectRecord>> FindReferencing(std::string_view uuid,
                                                    std::string_view location) override {
    return inner_.FindReferencing(uuid, location);
  }
  Result<AttemptState> ResolveAttempt(const Uuid& attempt) override {
    return inner_.ResolveAttempt(attempt);
  }
  Result<std::optional<StoredOutcome>> FindOutcome(const IdempotencyKey& key) override {
    return inner_.FindOutcome(key);
  }
  Status SaveOutcome(const IdempotencyKey& key, const StoredOutcome& outcome) override {
    return inner_.SaveOutcome(key, outcome);
  }
  Result<std::optional<JobRecord>> ClaimJob(std::string_view owner,
                                            TimestampMs now,
                                            TimestampMs lease_until) override {
    return inner_.ClaimJob(owner, now, lease_until);
  }
  Status SaveJobProgress(const JobRecord& job,
                         std::string_view progress,
                         TimestampMs lease_until) override {
    return inner_.SaveJobProgress(job, progress, lease_until);
  }
  Status FinishJob(const JobRecord& job,
                   std::string_view error,
                   std::optional<TimestampMs> retry_at) override {
    return inner_.FinishJob(job, error, retry_at);
  }
  Result<std::vector<JobRecord>> ListJobs(const JobFilter& filter) override {
    return inner_.ListJobs(filter);
  }
  Result<std::optional<JobRecord>> FindJob(JobId id) override { return inner_.FindJob(id); }
  Result<std::vector<EventRecord>> ListEvents(WarehouseId warehouse,
                                              int64_t after,
                                              int64_t limit) override {
    return inner_.ListEvents(warehouse, after, limit);
  }
  Result<EntityCounts> CountEntities() override { return inner_.CountEntities(); }
  Status Ping() override { return inner_.Ping(); }

  std::optional<uint64_t> NamesGeneration() const override { return inner_.NamesGeneration(); }

 private:
  CatalogStore& inner_;
};

}  // namespace firn::store::testing
