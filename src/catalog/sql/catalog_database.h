// CatalogDatabase: the rows of an SQL catalog, in the layout that PyIceberg's SqlCatalog and Java's
// JdbcCatalog share: `iceberg_tables` (with `iceberg_type` since version 1 of the layout, without
// before) and `iceberg_namespace_properties`. The one place with its SQL.
//
// Either layout is read and written as it is found; a new file gets version 1, as PyIceberg makes
// it. Views are rows of another type; version 0 has none (kUnsupported). A namespace is its levels
// joined by dots; it is there where one of its properties, a table or view in it or a namespace
// below it is.
//
// Every call has a transaction of its own: nothing is kept between calls, so that others may use
// the database at the same time. Reading a file that is not there, or a database without these
// tables, gives an empty catalog; the first namespace makes them. A database with other tables but
// without these is refused (kConflict).
// Errors: sql_connection.h; kInvalidArgument where the database holds several catalogs and none is
// named. Thread-safety: any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/pointer/pointer_store.h"
#include "catalog/pointer/view_store.h"
#include "catalog/sql/sql_connection.h"

namespace firn::catalog::sql {

using pointer::Kind;
using pointer::NewPointer;
using pointer::PointerChange;
using pointer::TableKey;
using pointer::TablePointer;

class CatalogDatabase final : public pointer::PointerStore, public pointer::ViewStore {
 public:
  /// `name`: which of the catalogs in the database; empty: the only one, `default` where there is
  /// none.
  CatalogDatabase(std::unique_ptr<SqlDatabase> database, std::string name)
      : database_(std::move(database)), name_(std::move(name)) {}

  Result<std::string> NamespaceKey(const NamespacePath& path) const override;
  Status CheckProperties(const PropertyMap& properties) const override;

  Result<bool> NamespaceExists(const std::string& name_space) override;
  Result<std::set<std::string>> ChildNamespaces(const std::string& parent) override;
  Result<PropertyMap> NamespaceProperties(const std::string& name_space) override;
  Status InsertNamespace(const std::string& name_space, const PropertyMap& properties) override;
  Status UpdateNamespace(const std::string& name_space, const NamespaceChange& change) override;
  Status DeleteNamespace(const std::string& name_space) override;

  Result<std::vector<std::string>> TableNames(const std::string& name_space) override;
  Result<std::optional<TablePointer>> FindTable(const TableKey& key) override;
  Result<std::optional<TablePointer>> FindTableSettled(const TableKey& key) override;
  Status InsertTable(const TableKey& key, const NewPointer& to) override;
  Result<PointerChange> SwapTable(const TableKey& key,
                                  const std::string& from,
                                  const NewPointer& to) override;
  Status RenameTable(const TableKey& from, const TableKey& to) override;
  Status DeleteTable(const TableKey& key) override;
  /// Looks at all tables and views of the database, of whatever catalog.
  Result<PointerChange> DeleteTableAlone(const TableKey& key,
                                         const std::string& metadata_location,
                                         const std::string& location) override;

  Result<pointer::ViewStore*> Views() override { return this; }
  Result<std::vector<std::string>> ViewNames(const std::string& name_space) override;
  Result<std::optional<TablePointer>> FindView(const TableKey& key) override;
  Status InsertView(const TableKey& key, const pointer::NewView& to) override;
  Status RenameView(const TableKey& from, const TableKey& to) override;
  Status DeleteView(const TableKey& key) override;

 private:
  struct Session;
  /// What a change looks at beside the one row that it changes.
  enum class Reach : uint8_t { kRow, kCatalog };

  /// To read; nullopt where there is no catalog yet.
  Result<std::optional<Session>> OpenRead(Transaction transaction);
  /// In a write transaction, the tables made where they are missing. Where the file is missing it
  /// is `if_missing`, else it is made too.
  Result<Session> OpenChange(const std::optional<Error>& if_missing, Reach reach);
  /// Runs `work` in a write transaction and commits it where `work` succeeds.
  Status Change(const std::optional<Error>& if_missing,
                Reach reach,
                const std::function<Status(const Session&)>& work);

  Result<std::vector<std::string>> Names(Kind kind, const std::string& name_space);
  Result<std::optional<TablePointer>> Find(Kind kind, Transaction transaction, const TableKey& key);
  Status Insert(Kind kind, const TableKey& key, const std::string& metadata_location);
  Status Rename(Kind kind, const TableKey& from, const TableKey& to);
  Status Delete(Kind kind, const TableKey& key);

  const std::unique_ptr<SqlDatabase> database_;
  const std::string name_;
};

}  // namespace firn::catalog::sql
