// WarehouseDirectory: which warehouses there are, by name and location, in memory. A warehouse's
// name is also its URL prefix.
//
// Errors: kNoSuchWarehouse; kInvalidArgument for a name that is not `[A-Za-z0-9._-]{1,63}` or one
// of the words that begin a route; kAlreadyExists; kNamespaceNotEmpty; kConflict above
// kMaxWarehouses. Thread-safety: any thread;
// readers get a shared snapshot and never wait.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/deadline_mutex.h"
#include "base/result.h"
#include "server/service/environment.h"
#include "server/service/namespaces.h"

namespace firn::service {

class WarehouseDirectory {
 public:
  using List = std::vector<store::WarehouseRecord>;

  /// Warehouses, the default one among them: all are in memory, each has its place in the storage.
  static constexpr size_t kMaxWarehouses = 1'000;

  /// Opens the storage below a warehouse's location before the warehouse is created.
  using PrepareStorage = std::function<Status(const std::string& location)>;

  WarehouseDirectory(store::CatalogStore& store, PrepareStorage prepare)
      : store_(store), prepare_(std::move(prepare)) {}

  /// Reads the database; makes the default warehouse where there is none.
  Status Open(const std::string& default_name,
              const std::string& default_location,
              TimestampMs now);

  std::shared_ptr<const List> list() const { return list_.load(); }
  /// The default warehouse, for requests without a prefix.
  Result<store::WarehouseRecord> Default() const;
  /// By name. Errors: kNoSuchWarehouse.
  Result<store::WarehouseRecord> FindByName(std::string_view name) const;
  /// By name, or by exact location (a trailing slash does not matter): what clients send as
  /// `warehouse`.
  Result<store::WarehouseRecord> FindByNameOrLocation(std::string_view text) const;

  Result<Answer<store::WarehouseRecord>> Create(const CallContext& call,
                                                const store::CreateWarehouse& create,
                                                TimestampMs now);
  Result<Answer<std::monostate>> Drop(const CallContext& call,
                                      const std::string& name,
                                      TimestampMs now);

 private:
  Status Refresh(MonotonicTime deadline);
  /// Executes, noting where memory may be behind the database afterwards.
  Result<store::MutationResult> Execute(const store::Mutation& mutation,
                                        const store::MutationContext& context);
  /// For a change: with the list as the database has it. Errors: kDeadlineExceeded.
  Result<std::unique_lock<DeadlineMutex>> Lock(MonotonicTime deadline);
  Status CheckFree(const store::CreateWarehouse& create) const;

  store::CatalogStore& store_;
  PrepareStorage prepare_;
  /// Creations and drops go one after the other: two may not nest, and the list goes forward only.
  DeadlineMutex mutex_;
  /// A change's outcome was not known: the next one reads the database first. Under mutex_.
  bool behind_ = false;
  std::atomic<std::shared_ptr<const List>> list_{std::make_shared<const List>()};
};

/// Errors: kInvalidArgument.
Status CheckWarehouseName(std::string_view name);

}  // namespace firn::service
