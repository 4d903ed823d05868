// HiveStore: the pointers of tables in a Hive Metastore, as Iceberg's Java library and PyIceberg
// keep them, and of views, as Java does. A namespace is a database, of one level.
//
// A pointer moves under the table's lock (hive_lock.h), and where the metastore checks what a
// change expects (HIVE-26882: 2.3.10, 4.0 and newer), only from where it was: the expectation is
// always sent. With LockOptions::enabled false that alone keeps commits apart, and a metastore that
// does not check is refused (kUnsupported); set it to false where the metastore has no locks. A
// table with the property `engine.hive.lock-enabled = true` is locked all the same.
//
// What a metastore was sent cannot be called back: FindTableSettled is kUnsupported. After a lost
// answer the table is looked at a few times while it is still locked.
// What a metastore cannot do at once is done in steps, and what others do between them is not seen:
// properties of a database are read, changed and written; without locks a purge looks at the tables
// of the database before it drops the table.
//
// Errors: pointer_store.h; kConflict for what the metastore does not allow. Thread-safety: any
// thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "catalog/hive/hive_client.h"
#include "catalog/hive/hive_lock.h"
#include "catalog/hive/hive_options.h"
#include "catalog/hive/hive_table.h"
#include "catalog/pointer/pointer_store.h"
#include "catalog/pointer/view_store.h"
#include "storage/http/sleeper.h"

namespace firn::catalog::hive {

class HiveStore final : public pointer::PointerStore, public pointer::ViewStore {
 public:
  /// Tables that are asked for at once.
  static constexpr size_t kTablesOfACall = 50;

  /// `clock` and `sleeper` must outlive the store; without a sleeper the thread sleeps.
  HiveStore(HiveOptions options,
            std::unique_ptr<HiveClient> client,
            const Clock& clock,
            storage::http::Sleeper* sleeper);

  Result<std::string> NamespaceKey(const NamespacePath& path) const override;
  Status CheckProperties(const PropertyMap& properties) const override;

  Result<bool> NamespaceExists(const std::string& name_space) override;
  Result<std::set<std::string>> ChildNamespaces(const std::string& parent) override;
  Result<PropertyMap> NamespaceProperties(const std::string& name_space) override;
  Status InsertNamespace(const std::string& name_space, const PropertyMap& properties) override;
  Status UpdateNamespace(const std::string& name_space, const NamespaceChange& change) override;
  Status DeleteNamespace(const std::string& name_space) override;

  Result<std::vector<std::string>> TableNames(const std::string& name_space) override;
  Result<std::optional<pointer::TablePointer>> FindTable(const pointer::TableKey& key) override;
  Result<std::optional<pointer::TablePointer>> FindTableSettled(
      const pointer::TableKey& key) override;
  Status InsertTable(const pointer::TableKey& key, const pointer::NewPointer& to) override;
  Result<pointer::PointerChange> SwapTable(const pointer::TableKey& key,
                                           const std::string& from,
                                           const pointer::NewPointer& to) override;
  Status RenameTable(const pointer::TableKey& from, const pointer::TableKey& to) override;
  Status DeleteTable(const pointer::TableKey& key) override;
  Result<pointer::PointerChange> DeleteTableAlone(const pointer::TableKey& key,
                                                  const std::string& metadata_location,
                                                  const std::string& location) override;

  Result<pointer::ViewStore*> Views() override { return this; }
  Result<std::vector<std::string>> ViewNames(const std::string& name_space) override;
  Result<std::optional<pointer::TablePointer>> FindView(const pointer::TableKey& key) override;
  Status InsertView(const pointer::TableKey& key, const pointer::NewView& to) override;
  Status RenameView(const pointer::TableKey& from, const pointer::TableKey& to) override;
  Status DeleteView(const pointer::TableKey& key) override;

 private:
  using OnTable = std::function<void(const HiveTable& table)>;

  /// The struct Database. Errors: kNoSuchNamespace.
  Result<thrift::Value> GetDatabase(const std::string& name_space);
  /// Iceberg's or not; nullopt where there is none.
  Result<std::optional<HiveTable>> GetTable(const pointer::TableKey& key);
  Result<HiveTable> Require(pointer::Kind kind, const pointer::TableKey& key);
  Result<std::vector<std::string>> Names(pointer::Kind kind, const std::string& name_space);
  Result<std::optional<pointer::TablePointer>> Find(pointer::Kind kind,
                                                    const pointer::TableKey& key);
  NewHiveTable NewTable(const pointer::TableKey& key) const;
  /// `table` is the struct, at `location`.
  Status Insert(pointer::Kind kind,
                const pointer::TableKey& key,
                thrift::Value table,
                const std::string& location);
  Status Rename(pointer::Kind kind, const pointer::TableKey& from, const pointer::TableKey& to);
  Status Delete(pointer::Kind kind, const pointer::TableKey& key);
  /// Every table of the database.
  Status ForEachTable(const std::string& name_space, const OnTable& on_table);
  /// nullopt where tables are not locked.
  Result<std::optional<HiveLock>> Lock(const pointer::TableKey& key, bool wanted);
  /// Last before a change: that it can be kept apart from others'.
  Status Guard(pointer::Kind kind, const pointer::TableKey& key, std::optional<HiveLock>& lock);
  /// Whether the metastore checks what a change expects. Errors: kUnsupported where it does not.
  Status FindOutWhetherItChecks(pointer::Kind kind, const pointer::TableKey& key);
  /// alter_table of `key`, whose pointer is expected to be `expected`.
  Status Alter(const pointer::TableKey& key, thrift::Value table, const std::string& expected);
  Status Remove(pointer::Kind kind, const pointer::TableKey& key);
  /// What a change came to that the metastore says it failed at.
  Result<pointer::PointerChange> AfterFailure(const pointer::TableKey& key,
                                              const std::string& from,
                                              const std::string& to,
                                              Error failure);
  /// Whether a change happened whose answer was lost; false where that is not to be seen.
  bool IsSeen(const std::function<Result<bool>()>& happened);

  const HiveOptions options_;
  const std::unique_ptr<HiveClient> client_;
  const Clock& clock_;
  storage::http::SystemSleeper own_sleeper_;
  storage::http::Sleeper& sleeper_;
  /// The metastore is known to check what a change expects.
  std::atomic<bool> checks_expectations_ = false;
};

}  // namespace firn::catalog::hive
