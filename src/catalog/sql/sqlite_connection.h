// SqliteConnection: one connection to a catalog's SQLite file, for one call. The file belongs to
// others too: its journal mode and everything else stay as they are.
//
// Errors: kUnavailable where another process holds its lock for too long, or the disk is full;
// kAlreadyExists for a row that is there; kForbidden for a file that may not be written;
// kInvalidMetadata for one that is no database; kIoError. Of Commit: kCommitStateUnknown where the
// transaction may or may not have happened; after every other error it did not.
// Thread-safety: one thread.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/sql/sql_options.h"

struct sqlite3;
struct sqlite3_stmt;

namespace firn::catalog::sql {

/// The row that a query stands at; texts until the next one.
class SqlRow {
 public:
  explicit SqlRow(sqlite3_stmt* statement) : statement_(statement) {}
  /// Empty for NULL.
  std::string_view Text(int column) const;

 private:
  sqlite3_stmt* statement_;
};

enum class IfMissing : uint8_t {
  kFail,    ///< kNotFound.
  kCreate,  ///< An empty file, in a folder that is there.
};

class SqliteConnection {
 public:
  using Params = std::initializer_list<std::string_view>;

  static Result<std::unique_ptr<SqliteConnection>> Open(const SqlOptions& options,
                                                        IfMissing if_missing);
  /// Rolls back what was not committed.
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// Takes the lock for writing: what is read after it stays so until the end.
  Status BeginChange();
  /// Everything that is read is of one state.
  Status BeginRead();
  Status Commit();

  /// The number of rows that were changed.
  Result<int64_t> Execute(std::string_view sql, Params params);
  Status Query(std::string_view sql,
               Params params,
               const std::function<void(const SqlRow&)>& on_row);

 private:
  explicit SqliteConnection(sqlite3* database) : database_(database) {}

  class Prepared;
  Error LastError() const;

  sqlite3* database_;
};

}  // namespace firn::catalog::sql
