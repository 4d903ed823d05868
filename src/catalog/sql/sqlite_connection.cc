#include "catalog/sql/sqlite_connection.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>

#include <sqlite3.h>
#include <unistd.h>

#include "base/reworded.h"
#include "catalog/sql/catalog_layout.h"
#include "storage/call_deadline.h"

namespace firn::catalog::sql {
namespace {

/// A file that a change would make: its folder is there.
bool IsMissing(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  return access(path.c_str(), F_OK) != 0 && errno == ENOENT && access(folder.c_str(), F_OK) == 0;
}

ErrorCode CodeOf(int extended) {
  switch (extended & 0xff) {
    case SQLITE_CONSTRAINT:
      return ErrorCode::kAlreadyExists;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL:
      return ErrorCode::kUnavailable;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return ErrorCode::kForbidden;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return ErrorCode::kInvalidMetadata;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return ErrorCode::kIoError;
    default:
      return ErrorCode::kInternal;
  }
}

class SqliteRow final : public SqlRow {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  std::string_view Text(int column) const override {
    const unsigned char* text = sqlite3_column_text(statement_, column);
    if (text == nullptr) {
      return {};
    }
    return {reinterpret_cast<const char*>(text),
            static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
  }
  Result<std::string> Bytes(int column) const override {
    const void* bytes = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return bytes == nullptr
               ? std::string()
               : std::string(static_cast<const char*>(bytes), static_cast<size_t>(size));
  }

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

/// A statement with its parameters, for one run.
class SqliteConnection::Prepared {
 public:
  explicit Prepared(sqlite3* database) : database_(database) {}
  ~Prepared() { sqlite3_finalize(statement_); }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  /// SQLITE_OK or what went wrong. The parameters must outlive the statement.
  int Bind(std::string_view sql, Params params) {
    int code = sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &statement_,
                                  nullptr);
    int position = 0;
    for (std::string_view param : params) {
      if (code != SQLITE_OK) {
        return code;
      }
      const char* data = param.data() == nullptr ? "" : param.data();
      code = sqlite3_bind_text64(statement_, ++position, data, param.size(), SQLITE_STATIC,
                                 SQLITE_UTF8);
    }
    return code;
  }
  int Step() { return sqlite3_step(statement_); }
  SqliteRow row() const { return SqliteRow(statement_); }

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(const SqlOptions& options,
                                                                 IfMissing if_missing) {
  if (if_missing == IfMissing::kFail && IsMissing(options.path)) {
    return Error(ErrorCode::kNotFound, "The database does not exist").With("path", options.path);
  }
  sqlite3* database = nullptr;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
              (if_missing == IfMissing::kCreate ? SQLITE_OPEN_CREATE : 0);
  int code = sqlite3_open_v2(options.path.c_str(), &database, flags,
                             options.vfs.empty() ? nullptr : options.vfs.c_str());
  if (database == nullptr) {
    return Error(ErrorCode::kUnavailable, "No memory for a database");
  }
  std::unique_ptr<SqliteConnection> connection(
      new SqliteConnection(database, options.busy_timeout));
  if (code != SQLITE_OK) {
    Error error = connection->LastError().With("path", options.path);
    return (code & 0xff) == SQLITE_CANTOPEN
               ? Reworded(error,
                          "The database cannot be opened: its folder has to be there, and both "
                          "have to be readable")
               : error;
  }
  connection->SetBusyTimeout();
  return connection;
}

SqliteConnection::~SqliteConnection() { sqlite3_close(database_); }

Error SqliteConnection::LastError() const {
  int extended = sqlite3_extended_errcode(database_);
  return Error(CodeOf(extended), "Database error")
      .With("sqlite", sqlite3_errmsg(database_))
      .With("code", std::to_string(extended));
}

std::string_view SqliteConnection::layout_query() const { return text::kSqliteLayout; }

void SqliteConnection::SetBusyTimeout() {
  auto left = storage::CallDeadline::Current() - std::chrono::steady_clock::now();
  auto timeout = std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(left),
                            std::chrono::milliseconds(0), busy_timeout_);
  sqlite3_busy_timeout(database_, static_cast<int>(timeout.count()));
}

Status SqliteConnection::BeginChange() {
  SetBusyTimeout();
  RETURN_IF_ERROR(Execute("BEGIN IMMEDIATE", {}));
  return {};
}

Status SqliteConnection::BeginRead() {
  SetBusyTimeout();
  RETURN_IF_ERROR(Execute("BEGIN", {}));
  return {};
}

bool SqliteConnection::was_locked() const {
  const int code = sqlite3_errcode(database_) & 0xff;
  return code == SQLITE_BUSY || code == SQLITE_LOCKED;
}

Status SqliteConnection::Commit() {
  auto committed = Execute("COMMIT", {});
  if (committed.has_value()) {
    return {};
  }
  // Waiting for readers to leave is the one failure that leaves the transaction open.
  if (sqlite3_get_autocommit(database_) == 0 &&
      sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK) {
    return TakeError(std::move(committed));
  }
  return TakeError(std::move(committed)).As(ErrorCode::kCommitStateUnknown);
}

Result<int64_t> SqliteConnection::Execute(std::string_view sql, Params params) {
  Prepared statement(database_);
  if (statement.Bind(sql, params) != SQLITE_OK || statement.Step() != SQLITE_DONE) {
    return LastError();
  }
  return sqlite3_changes64(database_);
}

Status SqliteConnection::Query(std::string_view sql,
                               Params params,
                               const std::function<void(const SqlRow&)>& on_row) {
  Prepared statement(database_);
  if (statement.Bind(sql, params) != SQLITE_OK) {
    return LastError();
  }
  while (true) {
    int code = statement.Step();
    if (code == SQLITE_DONE) {
      return {};
    }
    if (code != SQLITE_ROW) {
      return LastError();
    }
    on_row(statement.row());
  }
}

Result<std::unique_ptr<SqlConnection>> SqliteDatabase::Begin(Transaction transaction,
                                                             IfMissing if_missing) {
  ASSIGN_OR_RETURN(auto connection, SqliteConnection::Open(options_, if_missing));
  // What is read has always been decided: a reader ends what a crash left.
  RETURN_IF_ERROR(transaction == Transaction::kChange ? connection->BeginChange()
                                                      : connection->BeginRead());
  return std::unique_ptr<SqlConnection>(std::move(connection));
}

}  // namespace firn::catalog::sql
