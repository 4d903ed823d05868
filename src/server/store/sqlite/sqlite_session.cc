#include "server/store/sqlite/sqlite_session.h"

#include <fmt/format.h>

namespace firn::store::sqlite {
namespace {

constexpr sql::Statement kBegin{"begin", "BEGIN IMMEDIATE"};
constexpr sql::Statement kCommit{"commit", "COMMIT"};
constexpr sql::Statement kSetSavepoint{"set_savepoint", "SAVEPOINT change"};
constexpr sql::Statement kReleaseSavepoint{"release_savepoint", "RELEASE change"};
constexpr sql::Statement kRollbackToSavepoint{"rollback_to_savepoint", "ROLLBACK TO change"};

/// While another process recovers the database, its pages cannot be copied.
constexpr int kCopyTries = 100;
constexpr int kCopyPauseMs = 50;

ErrorCode CodeOf(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return ErrorCode::kAlreadyExists;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return ErrorCode::kUnprocessable;
    default:
      break;
  }
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
      return ErrorCode::kUnavailable;
    default:
      return ErrorCode::kInternal;
  }
}

class SqliteRow final : public sql::Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  int64_t Int(int column) const override { return sqlite3_column_int64(statement_, column); }
  std::string_view Text(int column) const override {
    const unsigned char* text = sqlite3_column_text(statement_, column);
    if (text == nullptr) {
      return {};
    }
    return {reinterpret_cast<const char*>(text),
            static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
  }
  bool IsNull(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }

 private:
  sqlite3_stmt* statement_;
};

/// Makes a statement ready for its next use, whatever way the current one ends.
class ResetGuard {
 public:
  explicit ResetGuard(sqlite3_stmt* statement) : statement_(statement) {}
  ~ResetGuard() { sqlite3_reset(statement_); }
  ResetGuard(const ResetGuard&) = delete;
  ResetGuard& operator=(const ResetGuard&) = delete;

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

Result<std::unique_ptr<SqliteSession>> SqliteSession::Open(const ConnectionOptions& options) {
  sqlite3* database = nullptr;
  int code = sqlite3_open_v2(
      options.path.c_str(), &database,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      options.vfs.empty() ? nullptr : options.vfs.c_str());
  if (database == nullptr) {
    return Error(ErrorCode::kUnavailable, "Out of memory opening the database");
  }
  std::unique_ptr<SqliteSession> session(new SqliteSession(database));
  if (code != SQLITE_OK) {
    return session->LastError("open").With("path", options.path);
  }
  sqlite3_busy_timeout(database, options.busy_timeout_ms);
  // WAL: readers never wait for the writer. FULL: COMMIT returns when the log is on disk.
  Status status = session->Run(
      fmt::format("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                  "PRAGMA cache_size=-{}; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"
                  "PRAGMA journal_size_limit=67108864; PRAGMA query_only={};",
                  options.cache_kib, options.read_only ? "ON" : "OFF"));
  if (!status.has_value()) {
    return TakeError(std::move(status)).With("path", options.path);
  }
  return session;
}

SqliteSession::~SqliteSession() {
  for (auto& [statement, prepared] : statements_) {
    sqlite3_finalize(prepared);
  }
  sqlite3_close(database_);
}

Error SqliteSession::LastError(std::string_view what) const {
  int extended = sqlite3_extended_errcode(database_);
  return Error(CodeOf(extended), "Database error")
      .With("statement", std::string(what))
      .With("sqlite", sqlite3_errmsg(database_))
      .With("code", std::to_string(extended));
}

Result<sqlite3_stmt*> SqliteSession::Prepare(const sql::Statement& statement) {
  auto [found, inserted] = statements_.try_emplace(&statement, nullptr);
  if (found->second != nullptr) {
    return found->second;
  }
  sqlite3_stmt* prepared = nullptr;
  int code =
      sqlite3_prepare_v3(database_, statement.text.data(), static_cast<int>(statement.text.size()),
                         SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK) {
    statements_.erase(found);
    return LastError(statement.name);
  }
  found->second = prepared;
  return prepared;
}

Result<sqlite3_stmt*> SqliteSession::Bind(const sql::Statement& statement, sql::Params params) {
  ASSIGN_OR_RETURN(sqlite3_stmt * prepared, Prepare(statement));
  if (static_cast<size_t>(sqlite3_bind_parameter_count(prepared)) != params.size()) {
    return Error(ErrorCode::kInternal, "Wrong number of parameters")
        .With("statement", std::string(statement.name));
  }
  for (const sql::Param& param : params) {
    int index = sqlite3_bind_parameter_index(prepared, param.name);
    int code = SQLITE_OK;
    if (const auto* number = std::get_if<int64_t>(&param.value)) {
      code = sqlite3_bind_int64(prepared, index, *number);
    } else if (const auto* text = std::get_if<std::string_view>(&param.value)) {
      // Empty text is not NULL.
      const char* data = text->data() == nullptr ? "" : text->data();
      code = sqlite3_bind_text64(prepared, index, data, text->size(), SQLITE_STATIC, SQLITE_UTF8);
    } else {
      code = sqlite3_bind_null(prepared, index);
    }
    if (code != SQLITE_OK) {
      return LastError(statement.name).With("parameter", param.name);
    }
  }
  return prepared;
}

Status SqliteSession::Query(const sql::Statement& statement,
                            sql::Params params,
                            const sql::RowCallback& on_row) {
  ASSIGN_OR_RETURN(sqlite3_stmt * prepared, Bind(statement, params));
  ResetGuard guard(prepared);
  SqliteRow row(prepared);
  while (true) {
    int code = sqlite3_step(prepared);
    if (code == SQLITE_DONE) {
      return {};
    }
    if (code != SQLITE_ROW) {
      return LastError(statement.name);
    }
    RETURN_IF_ERROR(on_row(row));
  }
}

Result<int64_t> SqliteSession::Execute(const sql::Statement& statement, sql::Params params) {
  ASSIGN_OR_RETURN(sqlite3_stmt * prepared, Bind(statement, params));
  ResetGuard guard(prepared);
  int code = sqlite3_step(prepared);
  if (code != SQLITE_DONE) {
    return LastError(statement.name);
  }
  return sqlite3_changes64(database_);
}

Status SqliteSession::Run(std::string_view script) {
  if (sqlite3_exec(database_, std::string(script).c_str(), nullptr, nullptr, nullptr) !=
      SQLITE_OK) {
    return LastError("script");
  }
  return {};
}

Status SqliteSession::CopyTo(SqliteSession& target) {
  sqlite3_backup* backup = sqlite3_backup_init(target.database_, "main", database_, "main");
  if (backup == nullptr) {
    return target.LastError("backup");
  }
  // All pages in one step: in several, a change by another process would begin the copy anew.
  constexpr int kAllPages = -1;
  int code = sqlite3_backup_step(backup, kAllPages);
  for (int tries = 0; tries < kCopyTries && (code & 0xff) == SQLITE_BUSY; ++tries) {
    sqlite3_sleep(kCopyPauseMs);
    code = sqlite3_backup_step(backup, kAllPages);
  }
  int finished = sqlite3_backup_finish(backup);
  if (code == SQLITE_DONE) {
    return {};
  }
  return Error(CodeOf(finished), "Database error")
      .With("statement", "backup")
      .With("sqlite", sqlite3_errstr(finished))
      .With("code", std::to_string(finished));
}

Status SqliteSession::Begin() {
  RETURN_IF_ERROR(Execute(kBegin, {}));
  return {};
}

Status SqliteSession::Commit() {
  auto result = Execute(kCommit, {});
  if (result.has_value()) {
    return {};
  }
  Rollback();
  return TakeError(std::move(result));
}

void SqliteSession::Rollback() {
  if (sqlite3_get_autocommit(database_) == 0) {
    // A failure here means that SQLite has rolled back by itself.
    sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

Status SqliteSession::SetSavepoint() {
  RETURN_IF_ERROR(Execute(kSetSavepoint, {}));
  return {};
}

Status SqliteSession::ReleaseSavepoint() {
  RETURN_IF_ERROR(Execute(kReleaseSavepoint, {}));
  return {};
}

Status SqliteSession::RollbackToSavepoint() {
  RETURN_IF_ERROR(Execute(kRollbackToSavepoint, {}));
  RETURN_IF_ERROR(Execute(kReleaseSavepoint, {}));
  return {};
}

}  // namespace firn::store::sqlite
