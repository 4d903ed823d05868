// PostgresDatabase: transactions on a PostgreSQL server. It keeps a few links between them, and
// makes a new one where a kept one turns out to be lost when a transaction begins: nothing has
// happened by then. Changes wait for each other by locks on the two tables, commits of tables by
// the lock on the table's row; readers wait for nobody.
//
// A statement may take options.busy_timeout or what is left of the thread's CallDeadline, at the
// server too. A transaction that its client leaves without a word ends after half of that, so that
// kSettled, which may wait for all of it, gets its answer.
// Errors: sql_connection.h. Thread-safety: any thread; connections must not outlive it.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "catalog/sql/postgres_link.h"
#include "catalog/sql/sql_connection.h"
#include "catalog/sql/sql_options.h"

namespace firn::catalog::sql {

class PostgresDatabase final : public SqlDatabase {
 public:
  /// Idle links beyond this many are closed.
  static constexpr size_t kMaxKept = 4;

  explicit PostgresDatabase(SqlOptions options) : options_(std::move(options)) {}

  /// The database is there or it is an error: `if_missing` means nothing here.
  Result<std::unique_ptr<SqlConnection>> Begin(Transaction transaction,
                                               IfMissing if_missing) override;

 private:
  class Connection;

  /// From now on, for one statement.
  MonotonicTime Deadline() const;
  std::unique_ptr<PostgresLink> TakeKept();
  void Keep(std::unique_ptr<PostgresLink> link);
  Result<std::unique_ptr<PostgresLink>> Connect() const;

  const SqlOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<PostgresLink>> kept_;
};

}  // namespace firn::catalog::sql
