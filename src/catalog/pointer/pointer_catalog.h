// PointerCatalog: Catalog over a PointerStore, which keeps for each table where its metadata file
// is. It checks requirements, applies updates and writes metadata files itself; a commit is one
// conditional change of the table's pointer.
//
// A lost race is tried again on the new base as long as the requirements hold there, up to
// kMaxLostRaces times; then, and where they fail, kCommitConflict. Where a change of the pointer
// leaves its outcome open, the pointer is looked at once our change can no longer happen
// (FindTableSettled). Only if that cannot be told (the store cannot be read, others went on past
// what metadata logs remember, or our change is not to be seen in a store where it may yet come) it
// is kCommitStateUnknown and the new metadata file stays.
//
// New tables lie at `<namespace location>/<name>-<12 hex digits>`, the namespace's location being
// its property `location`, else its levels below the warehouse (kInvalidArgument where none is
// given). A purge deletes what the table owns (purge.h) once its pointer is gone, as well as it
// goes: what cannot be deleted then stays. Thread-safety: any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "catalog/catalog.h"
#include "catalog/pointer/pointer_store.h"
#include "storage/object_store.h"

namespace firn::catalog::pointer {

class PointerCatalog : public Catalog {
 public:
  /// Of one commit, beyond the first attempt.
  static constexpr int kMaxLostRaces = 8;

  /// `warehouse` without trailing slashes; may be empty where namespaces have locations. `clock`
  /// must outlive the catalog.
  PointerCatalog(std::unique_ptr<PointerStore> store,
                 std::string warehouse,
                 std::shared_ptr<storage::ObjectStore> files,
                 const Clock& clock);

  Result<std::vector<NamespacePath>> ListNamespaces(const NamespacePath& parent) override;
  Result<bool> NamespaceExists(const NamespacePath& path) override;
  Result<PropertyMap> LoadNamespace(const NamespacePath& path) override;
  Status CreateNamespace(const NamespacePath& path, const PropertyMap& properties) override;
  Status UpdateNamespace(const NamespacePath& path, const NamespaceChange& change) override;
  Status DropNamespace(const NamespacePath& path) override;

  Result<std::vector<TableIdentifier>> ListTables(const NamespacePath& name_space) override;
  Result<bool> TableExists(const TableIdentifier& identifier) override;
  Result<table::Table> CreateTable(const TableIdentifier& identifier,
                                   const NewTable& table) override;
  Result<table::Table> RegisterTable(const TableIdentifier& identifier,
                                     const std::string& metadata_location) override;
  Status RenameTable(const TableIdentifier& from, const TableIdentifier& to) override;
  Status DropTable(const TableIdentifier& identifier, DropMode mode) override;

  Result<std::vector<TableIdentifier>> ListViews(const NamespacePath& name_space) override;
  Result<bool> ViewExists(const TableIdentifier& identifier) override;
  Result<View> LoadView(const TableIdentifier& identifier) override;
  Result<View> RegisterView(const TableIdentifier& identifier,
                            const std::string& metadata_location) override;
  Status RenameView(const TableIdentifier& from, const TableIdentifier& to) override;
  Status DropView(const TableIdentifier& identifier) override;

  Result<table::Table> Load(const TableIdentifier& identifier) override;
  Result<table::Table> Commit(const table::Table& base, const table::TableChange& change) override;

 private:
  /// Where a pointer stands that a change of unknown outcome was to move.
  enum class Settled : uint8_t { kDone, kNotDone, kUnknown };
  /// Whether the change may happen after the look.
  enum class Late : uint8_t { kCannotCome, kMayCome };

  /// One attempt on `base`. Errors: also kLostRace.
  Result<table::Table> TryCommit(const table::Table& base, const table::TableChange& change);
  /// Moves the pointer; settles what was left open. Deletes the file where it is proven unused.
  Status Swap(const TableKey& key, const std::string& from, const NewPointer& to);
  Status Insert(const TableKey& key, const NewPointer& to);
  /// `from` is empty where the table is to be new.
  Settled Settle(const TableKey& key, const std::string& from, const std::string& to);
  /// After kPassed.
  Settled SettlePassed(const TableKey& key, const std::string& from, const std::string& to);
  Settled Judge(const std::optional<TablePointer>& found,
                const std::string& from,
                const std::string& to,
                Late late);
  Result<std::string> LocationFor(const TableIdentifier& identifier,
                                  const NewTable& table,
                                  const Uuid& uuid);
  Status Purge(const TableIdentifier& identifier);
  table::Table HandleOf(const TableIdentifier& identifier,
                        std::string metadata_location,
                        iceberg::TableMetadataPtr metadata) const;

  Result<TableKey> KeyOf(const TableIdentifier& identifier) const;

  const std::unique_ptr<PointerStore> store_;
  const std::string warehouse_;
  std::shared_ptr<storage::ObjectStore> files_;
  const Clock& clock_;
};

}  // namespace firn::catalog::pointer
