#include "features/definitions/sql/registry_database.h"

#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "catalog/sql/postgres_database.h"
#include "catalog/sql/sqlite_connection.h"
#include "features/definitions/sql/registry_rows.h"

namespace firn::features {
namespace {

using catalog::sql::IfMissing;
using catalog::sql::PostgresDatabase;
using catalog::sql::SqlConnection;
using catalog::sql::SqliteConnection;
using catalog::sql::SqlOptions;
using catalog::sql::SqlRow;
using catalog::sql::Transaction;

/// The one text that a query answers.
Result<std::string> TextOf(SqlConnection& connection, std::string_view query) {
  std::string text;
  RETURN_IF_ERROR(connection.Query(query, {}, [&text](const SqlRow& row) { text = row.Text(0); }));
  return text;
}

/// The database does not understand a statement of ours, as where a table is gone.
bool MayMissTables(const Error& error) { return error.code() == ErrorCode::kInternal; }

/// `query` counts the tables that are there.
Status CheckTables(SqlConnection& connection, std::string_view query) {
  ASSIGN_OR_RETURN(const std::string count, TextOf(connection, query));
  if (count != std::to_string(kRegistryTableCount)) {
    return Error(ErrorCode::kNotFound, "The database has no Feast registry: tables are missing");
  }
  return {};
}

class SqliteRegistryDatabase final : public RegistryDatabase {
 public:
  explicit SqliteRegistryDatabase(SqlOptions options) : options_(std::move(options)) {}

  Status Read(const Work& work) override {
    was_locked_ = false;
    const int64_t before = connections_;
    RETURN_IF_ERROR(Connect());
    Status done = Transact(work);
    was_locked_ = !done.has_value() && connection_->was_locked() && connections_ == before;
    // No version outlives its connection.
    if (!connection_->Execute("ROLLBACK", {}).has_value()) {
      connection_.reset();
    }
    return done;
  }

  bool was_locked() const override { return was_locked_; }

 private:
  struct Identity {
    uint64_t device = 0;
    uint64_t inode = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };

  /// nullopt where there is no file: opening it tells that.
  std::optional<Identity> Look() const {
    struct stat seen{};
    if (::stat(options_.path.c_str(), &seen) != 0) {
      return std::nullopt;
    }
    return Identity{.device = seen.st_dev, .inode = seen.st_ino};
  }

  /// To the file that has the path now. What is open keeps its number: no other file gets it.
  Status Connect() {
    std::optional<Identity> now = Look();
    if (connection_ != nullptr && now && now == identity_) {
      return {};
    }
    connection_.reset();
    identity_ = now;
    ASSIGN_OR_RETURN(connection_, SqliteConnection::Open(options_, IfMissing::kFail));
    ++connections_;
    has_tables_ = false;
    if (Look() != identity_) {
      // Which of the two was opened cannot be told: the next call looks again.
      identity_.reset();
    }
    return {};
  }

  Status Transact(const Work& work) {
    RETURN_IF_ERROR(connection_->BeginRead());
    ASSIGN_OR_RETURN(const std::string changes, TextOf(*connection_, "PRAGMA data_version"));
    if (!has_tables_) {
      RETURN_IF_ERROR(CheckTables(*connection_, SqliteTablesQuery()));
      has_tables_ = true;
    }
    Status done = work(fmt::format("{}.{}", connections_, changes), *connection_);
    if (!done.has_value() && MayMissTables(done.error())) {
      RETURN_IF_ERROR(CheckTables(*connection_, SqliteTablesQuery()));
    }
    return done;
  }

  const SqlOptions options_;
  std::optional<Identity> identity_;
  std::unique_ptr<SqliteConnection> connection_;
  /// Counters of two connections have nothing to do with each other.
  int64_t connections_ = 0;
  bool has_tables_ = false;
  bool was_locked_ = false;
};

class PostgresRegistryDatabase final : public RegistryDatabase {
 public:
  explicit PostgresRegistryDatabase(SqlOptions options) : database_(std::move(options)) {}

  Status Read(const Work& work) override {
    Status done = Transact(work);
    if (!done.has_value() && MayMissTables(done.error())) {
      // An error ends a transaction.
      ASSIGN_OR_RETURN(auto connection, database_.Begin(Transaction::kRead, IfMissing::kFail));
      RETURN_IF_ERROR(CheckTables(*connection, PostgresTablesQuery()));
    }
    return done;
  }

  /// Readers wait for no one who changes rows.
  bool was_locked() const override { return false; }

 private:
  Status Transact(const Work& work) {
    ASSIGN_OR_RETURN(auto connection, database_.Begin(Transaction::kRead, IfMissing::kFail));
    if (!has_tables_) {
      RETURN_IF_ERROR(CheckTables(*connection, PostgresTablesQuery()));
      has_tables_ = true;
    }
    ASSIGN_OR_RETURN(const std::string version, TextOf(*connection, PostgresVersionQuery()));
    return work(version, *connection);
  }

  PostgresDatabase database_;
  bool has_tables_ = false;
};

}  // namespace

std::unique_ptr<RegistryDatabase> OpenRegistryDatabase(const RegistryUrl& url) {
  if (url.engine == RegistryEngine::kSqlite) {
    return std::make_unique<SqliteRegistryDatabase>(url.options);
  }
  return std::make_unique<PostgresRegistryDatabase>(url.options);
}

}  // namespace firn::features
