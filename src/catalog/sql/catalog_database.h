// CatalogDatabase: the rows of an SQL catalog, in the layout that PyIceberg's SqlCatalog and Java's
// JdbcCatalog share: `iceberg_tables` (with `iceberg_type` since version 1 of the layout, without
// before) and `iceberg_namespace_properties`. The one place with its SQL.
//
// Either layout is read and written as it is found; a new file gets version 1, as PyIceberg makes
// it. Rows of views are passed over. A namespace is its levels joined by dots; it is there where
// one of its properties, a table in it or a namespace below it is.
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
#include "catalog/sql/sql_connection.h"

namespace firn::catalog::sql {

/// A table as the rows name it.
struct TableKey {
  std::string name_space;
  std::string name;
};

struct TablePointer {
  std::string metadata_location;
  /// Empty where it is the first.
  std::string previous_metadata_location;
};

/// What a conditional change of a table found.
enum class RowChange : uint8_t {
  kDone,
  kMoved,   ///< The pointer is another, or the table is gone; nothing was changed.
  kShared,  ///< Another table keeps metadata at the place; nothing was changed.
};

class CatalogDatabase {
 public:
  /// `name`: which of the catalogs in the database; empty: the only one, `default` where there is
  /// none.
  CatalogDatabase(std::unique_ptr<SqlDatabase> database, std::string name)
      : database_(std::move(database)), name_(std::move(name)) {}

  Result<bool> NamespaceExists(const std::string& name_space);
  /// The next levels below `parent`, or the outermost ones where it is empty.
  Result<std::set<std::string>> ChildNamespaces(const std::string& parent);
  Result<PropertyMap> NamespaceProperties(const std::string& name_space);
  /// Errors: kAlreadyExists.
  Status InsertNamespace(const std::string& name_space, const PropertyMap& properties);
  /// Errors: kNoSuchNamespace.
  Status UpdateNamespace(const std::string& name_space, const NamespaceChange& change);
  /// Errors: kNoSuchNamespace, kNamespaceNotEmpty.
  Status DeleteNamespace(const std::string& name_space);

  Result<std::vector<std::string>> TableNames(const std::string& name_space);
  Result<std::optional<TablePointer>> FindTable(const TableKey& key);
  /// The same after every change that was under way has come to its end.
  Result<std::optional<TablePointer>> FindTableSettled(const TableKey& key);
  /// Errors: kAlreadyExists (a view too), kNoSuchNamespace.
  Status InsertTable(const TableKey& key, const std::string& metadata_location);
  /// Moves the pointer where it is `from`: kDone or kMoved.
  Result<RowChange> SwapTable(const TableKey& key, const std::string& from, const std::string& to);
  /// Errors: kNoSuchTable, kAlreadyExists, kNoSuchNamespace.
  Status RenameTable(const TableKey& from, const TableKey& to);
  /// Errors: kNoSuchTable.
  Status DeleteTable(const TableKey& key);
  /// Deletes the row where its pointer is `metadata_location` and no other table or view of the
  /// file, of whatever catalog, keeps its metadata file below `location` or beside this one's.
  Result<RowChange> DeleteTableAlone(const TableKey& key,
                                     const std::string& metadata_location,
                                     const std::string& location);

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

  const std::unique_ptr<SqlDatabase> database_;
  const std::string name_;
};

}  // namespace firn::catalog::sql
