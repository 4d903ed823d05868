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
  Result<std::vector<WarehouseRecord>> ListWarehouses(MonotonicTime deadline) override {
    return inner_.ListWarehouses(deadline);
  }
  Result<NamespaceRecord> GetNamespace(WarehouseId warehouse,
                                       const NamespacePath& path,
                                       MonotonicTime deadline) override {
    return inner_.GetNamespace(warehouse, path, deadline);
  }
  Result<Page<std::string>> ListNamespaces(WarehouseId warehouse,
                                           const NamespacePath& parent,
                                           const PageRequest& page,
                                           MonotonicTime deadline) override {
    return inner_.ListNamespaces(warehouse, parent, page, deadline);
  }
  Result<ObjectRef> FindObject(WarehouseId warehouse,
                               const TableIdentifier& identifier,
                               ObjectKind kind,
                               MonotonicTime deadline) override {
    return inner_.FindObject(warehouse, identifier, kind, deadline);
  }
  ObjectRef FindCachedObject(WarehouseId warehouse,
                             const TableIdentifier& identifier,
                             ObjectKind kind) override {
    return inner_.FindCachedObject(warehouse, identifier, kind);
  }
  Result<Page<std::string>> ListObjects(WarehouseId warehouse,
                                        const NamespacePath& name_space,
                                        ObjectKind kind,
                                        const PageRequest& page,
                                        MonotonicTime deadline) override {
    return inner_.ListObjects(warehouse, name_space, kind, page, deadline);
  }
  Result<std::vector<ObjectRecord>> FindReferencing(std::string_view uuid,
                                                    std::string_view location,
                                                    MonotonicTime deadline) override {
    return inner_.FindReferencing(uuid, location, deadline);
  }
  Result<AttemptState> ResolveAttempt(const Uuid& attempt, MonotonicTime deadline) override {
    return inner_.ResolveAttempt(attempt, deadline);
  }
  Result<std::optional<StoredOutcome>> FindOutcome(const IdempotencyKey& key,
                                                   MonotonicTime deadline) override {
    return inner_.FindOutcome(key, deadline);
  }
  Status SaveOutcome(const IdempotencyKey& key,
                     const StoredOutcome& outcome,
                     MonotonicTime deadline) override {
    return inner_.SaveOutcome(key, outcome, deadline);
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
  Result<std::vector<JobRecord>> ListJobs(const JobFilter& filter,
                                          MonotonicTime deadline) override {
    return inner_.ListJobs(filter, deadline);
  }
  Result<std::optional<JobRecord>> FindJob(JobId id, MonotonicTime deadline) override {
    return inner_.FindJob(id, deadline);
  }
  Result<std::optional<PlanRecord>> FindPlan(std::string_view id,
                                             TimestampMs now,
                                             MonotonicTime deadline) override {
    return inner_.FindPlan(id, now, deadline);
  }
  Status ExtendPlan(std::string_view id, TimestampMs expires_at, MonotonicTime deadline) override {
    return inner_.ExtendPlan(id, expires_at, deadline);
  }
  Result<std::vector<SigningKey>> SigningKeys(std::string_view purpose,
                                              const SigningKey& candidate,
                                              MonotonicTime deadline) override {
    return inner_.SigningKeys(purpose, candidate, deadline);
  }
  Result<std::vector<EventRecord>> ListEvents(WarehouseId warehouse,
                                              int64_t after,
                                              int64_t limit,
                                              MonotonicTime deadline) override {
    return inner_.ListEvents(warehouse, after, limit, deadline);
  }
  Result<EntityCounts> CountEntities(MonotonicTime deadline) override {
    return inner_.CountEntities(deadline);
  }
  Status Ping(MonotonicTime deadline) override { return inner_.Ping(deadline); }
  StoreStats Stats() const override { return inner_.Stats(); }

  std::optional<uint64_t> NamesGeneration() const override { return inner_.NamesGeneration(); }

 private:
  CatalogStore& inner_;
};

}  // namespace firn::store::testing
