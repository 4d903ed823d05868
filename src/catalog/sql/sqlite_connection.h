// SqliteConnection: one connection to a SQLite file; SqliteDatabase begins each transaction on a
// new one. The file belongs to others too: its journal mode and everything else stay as they are.
// Locks are waited for no longer than options.busy_timeout and the deadline of who begins.
//
// Errors: sql_connection.h; also kUnavailable where the disk is full, kForbidden for a file that
// may not be written. Thread-safety: a connection one thread, the database any.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "catalog/sql/sql_connection.h"
#include "catalog/sql/sql_options.h"

struct sqlite3;

namespace firn::catalog::sql {

class SqliteConnection final : public SqlConnection {
 public:
  static Result<std::unique_ptr<SqliteConnection>> Open(const SqlOptions& options,
                                                        IfMissing if_missing);
  /// Rolls back what was not committed.
  ~SqliteConnection() override;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// Takes the lock for writing: what is read after it stays so until the end.
  Status BeginChange();
  Status BeginRead();
  /// The last statement failed, and only because another program holds a lock.
  bool was_locked() const;

  std::string_view layout_query() const override;
  /// BeginChange has done it.
  Status LockTables() override { return {}; }
  Status Commit() override;
  Result<int64_t> Execute(std::string_view sql, Params params) override;
  Status Query(std::string_view sql,
               Params params,
               const std::function<void(const SqlRow&)>& on_row) override;

 private:
  SqliteConnection(sqlite3* database, std::chrono::milliseconds busy_timeout)
      : database_(database), busy_timeout_(busy_timeout) {}

  class Prepared;
  Error LastError() const;
  /// Not past the caller's deadline.
  void SetBusyTimeout();

  sqlite3* database_;
  const std::chrono::milliseconds busy_timeout_;
};

class SqliteDatabase final : public SqlDatabase {
 public:
  explicit SqliteDatabase(SqlOptions options) : options_(std::move(options)) {}
  Result<std::unique_ptr<SqlConnection>> Begin(Transaction transaction,
                                               IfMissing if_missing) override;

 private:
  const SqlOptions options_;
};

}  // namespace firn::catalog::sql
