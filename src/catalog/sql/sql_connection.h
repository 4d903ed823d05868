// SqlDatabase and SqlConnection: what an SQL catalog needs of a database engine: transactions, and
// statements with parameters. CatalogDatabase works on it, and who reads other tables of such a
// database (features/definitions/sql); SqliteDatabase and PostgresDatabase implement it. The
// catalog's statements are those of catalog_layout.h.
//
// Errors of an engine: kUnavailable where another program holds a lock for too long, the connection
// is lost or the time is up; kAlreadyExists for a row or table that is there; kUnauthenticated,
// kForbidden; kInvalidArgument for a value that does not fit; kInvalidMetadata for what is no
// database; kIoError. Before COMMIT nothing has happened. Of Commit: kCommitStateUnknown where the
// transaction may or may not have happened; after every other error it did not.
// Thread-safety: a database any thread, a connection one.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::catalog::sql {

/// The row that a query stands at; texts until the next one.
class SqlRow {
 public:
  virtual ~SqlRow() = default;
  /// Empty for NULL.
  virtual std::string_view Text(int column) const = 0;
  /// Of a column of bytes (BLOB, bytea), whatever its form on the wire.
  virtual Result<std::string> Bytes(int column) const = 0;
};

/// Of a database that is a file; others are there.
enum class IfMissing : uint8_t {
  kFail,    ///< kNotFound; kIoError where its folder is missing too.
  kCreate,  ///< An empty file, in a folder that is there.
};

enum class Transaction : uint8_t {
  kRead,  ///< Everything that is read is of one state.
  /// As kRead, once every change that was under way has come to its end.
  kSettled,
  kChange,  ///< Rows may be changed.
};

/// A connection in its transaction; what was not committed is rolled back at its end.
class SqlConnection {
 public:
  using Params = std::initializer_list<std::string_view>;

  virtual ~SqlConnection() = default;

  /// The engine's text of kSqliteLayout or kPostgresLayout.
  virtual std::string_view layout_query() const = 0;
  /// In a kChange, with both tables there: waits for the changes of others and keeps them out: what
  /// is read from here on stays so.
  virtual Status LockTables() = 0;
  virtual Status Commit() = 0;

  /// The number of rows that were changed.
  virtual Result<int64_t> Execute(std::string_view sql, Params params) = 0;
  virtual Status Query(std::string_view sql,
                       Params params,
                       const std::function<void(const SqlRow&)>& on_row) = 0;
};

class SqlDatabase {
 public:
  virtual ~SqlDatabase() = default;
  virtual Result<std::unique_ptr<SqlConnection>> Begin(Transaction transaction,
                                                       IfMissing if_missing) = 0;
};

}  // namespace firn::catalog::sql
