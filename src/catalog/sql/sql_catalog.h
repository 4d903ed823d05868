// SqlCatalog: Catalog on the database of PyIceberg's SqlCatalog and Java's JdbcCatalog, SQLite or
// PostgreSQL; all three may use it at the same time. It checks requirements, applies updates and
// writes metadata files itself; a commit is one conditional update of the table's row.
//
// A lost race is tried again on the new base as long as the requirements hold there, up to
// kMaxLostRaces times; then, and where they fail, kCommitConflict. Where COMMIT itself fails in a
// way that leaves its outcome open, the row is looked at over a new connection, which waits until
// the database has decided: our transaction can no longer happen then. Only if that cannot be told
// (the database cannot be read, or others went on past what metadata logs remember) it is
// kCommitStateUnknown and the new metadata file stays.
//
// Opening touches neither the database nor a table's files. New tables lie at
// `<namespace location>/<name>-<12 hex digits>`, the namespace's location being its property
// `location`, else its levels below the warehouse.
// A purge deletes what the table owns (purge.h) once its row is gone, as well as it goes: what
// cannot be deleted then stays.
// Thread-safety: any thread.
#pragma once

#include <memory>
#include <string>

#include "catalog/catalog.h"
#include "catalog/catalog_environment.h"
#include "catalog/files/table_files.h"
#include "catalog/sql/catalog_database.h"
#include "catalog/sql/sql_options.h"

namespace firn::catalog::sql {

class SqlCatalog final : public Catalog {
 public:
  /// Of one commit, beyond the first attempt.
  static constexpr int kMaxLostRaces = 8;

  /// Errors: those of ParseSqlOptions.
  static Result<std::unique_ptr<Catalog>> Open(const CatalogConfig& config,
                                               const CatalogEnvironment& environment);

  /// On parts of the caller.
  SqlCatalog(SqlOptions options, std::shared_ptr<storage::ObjectStore> files, const Clock& clock);

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

  Result<table::Table> Load(const TableIdentifier& identifier) override;
  Result<table::Table> Commit(const table::Table& base, const table::TableChange& change) override;

 private:
  /// Where a pointer stands that a COMMIT of unknown outcome was to move.
  enum class Settled : uint8_t { kDone, kNotDone, kUnknown };

  /// One attempt on `base`. Errors: also kLostRace.
  Result<table::Table> TryCommit(const table::Table& base, const table::TableChange& change);
  /// Moves the pointer; settles what COMMIT left open. Deletes the file where it is proven unused.
  Status Swap(const TableKey& key, const std::string& from, const std::string& to);
  Status Insert(const TableKey& key, const std::string& metadata_location);
  /// `from` is empty where the row is to be new.
  Settled Settle(const TableKey& key, const std::string& from, const std::string& to);
  Result<std::string> LocationFor(const TableIdentifier& identifier,
                                  const NewTable& table,
                                  const Uuid& uuid);
  Status Purge(const TableIdentifier& identifier);
  table::Table HandleOf(const TableIdentifier& identifier,
                        std::string metadata_location,
                        iceberg::TableMetadataPtr metadata) const;

  const SqlOptions options_;
  CatalogDatabase database_;
  std::shared_ptr<storage::ObjectStore> files_;
  const Clock& clock_;
};

}  // namespace firn::catalog::sql
