// SqliteSession: a Session on one SQLite connection, with its prepared statements.
//
// Thread-safety: one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include <sqlite3.h>

#include "server/store/sql/session/session.h"

namespace firn::store::sqlite {

struct ConnectionOptions {
  std::string path;
  bool read_only = false;
  /// Bound of the page cache of this connection.
  int64_t cache_kib = 1024;
  /// How long a lock of another process (a backup, say) is waited for.
  int busy_timeout_ms = 5000;
  /// VFS by name, for tests; empty: the default one.
  std::string vfs;
};

class SqliteSession final : public sql::Session {
 public:
  /// Write-ahead log, full sync, foreign keys on.
  static Result<std::unique_ptr<SqliteSession>> Open(const ConnectionOptions& options);
  ~SqliteSession() override;
  SqliteSession(const SqliteSession&) = delete;
  SqliteSession& operator=(const SqliteSession&) = delete;

  Status Begin() override;
  Status Commit() override;
  void Rollback() override;
  Status SetSavepoint() override;
  Status ReleaseSavepoint() override;
  Status RollbackToSavepoint() override;
  Result<int64_t> Execute(const sql::Statement& statement, sql::Params params) override;
  Status Query(const sql::Statement& statement,
               sql::Params params,
               const sql::RowCallback& on_row) override;
  Status Run(std::string_view script) override;

  /// Replaces what `target` holds by one consistent state of this database. Others may write here
  /// meanwhile; nobody else may use the target.
  Status CopyTo(SqliteSession& target);

 private:
  explicit SqliteSession(sqlite3* database) : database_(database) {}

  Result<sqlite3_stmt*> Prepare(const sql::Statement& statement);
  Result<sqlite3_stmt*> Bind(const sql::Statement& statement, sql::Params params);
  Error LastError(std::string_view what) const;

  sqlite3* database_;
  std::unordered_map<const sql::Statement*, sqlite3_stmt*> statements_;
};

}  // namespace firn::store::sqlite
