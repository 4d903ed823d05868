// PostgresLink: one connection to a PostgreSQL server through libpq, and its errors in our words.
// PostgresDatabase keeps links and runs transactions on them.
//
// Connecting and every reply are waited for until a deadline, the earlier one of the caller's and
// the thread's CallDeadline (names are resolved by the system, in its time). Statements are parsed
// with their parameters in one message, under no name: poolers between know no named ones. What
// was cut off leaves the link broken: the server rolls back what it had open.
//
// Errors: sql_connection.h. Messages are the server's; the password is taken out of them.
// Thread-safety: one thread at a time, of the process that made it.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/sql/postgres_uri.h"
#include "catalog/sql/sql_connection.h"

struct pg_conn;
struct pg_result;

namespace firn::catalog::sql {

/// A server's answer to one statement.
class PostgresResult {
 public:
  explicit PostgresResult(pg_result* result) : result_(result, &Clear) {}
  int rows() const;
  /// Empty for NULL.
  std::string_view Text(int row, int column) const;
  /// Of a column of type bytea.
  Result<std::string> Bytes(int row, int column) const;
  /// Rows that were changed.
  int64_t changed() const;
  /// What was done: `COMMIT`.
  std::string_view tag() const;

 private:
  static void Clear(pg_result* result);
  std::unique_ptr<pg_result, void (*)(pg_result*)> result_;
};

class PostgresLink {
 public:
  static Result<std::unique_ptr<PostgresLink>> Connect(const PostgresParameters& parameters,
                                                       MonotonicTime deadline);
  ~PostgresLink();
  PostgresLink(const PostgresLink&) = delete;
  PostgresLink& operator=(const PostgresLink&) = delete;

  /// Several statements of ours without parameters; the last one's answer.
  Result<PostgresResult> Run(std::string_view statements, MonotonicTime deadline);
  Result<PostgresResult> Run(std::string_view statement,
                             std::initializer_list<std::string_view> params,
                             MonotonicTime deadline);

  /// False once it was cut off, by whichever side.
  bool is_up() const { return is_up_; }
  /// No transaction is open.
  bool is_idle() const;
  /// This process made it: after a fork it is the parent's alone.
  bool is_ours() const;

 private:
  PostgresLink(pg_conn* connection, std::string password);

  enum class For : uint8_t { kReading, kWriting };
  Status FinishConnecting(MonotonicTime deadline);
  /// kUnavailable at the deadline.
  Status Wait(For what, MonotonicTime deadline);
  /// Sends what was queued and takes the answer.
  Result<PostgresResult> Answer(MonotonicTime deadline);
  Error Lost();
  /// `text` as it may be shown.
  std::string Shown(std::string_view text) const;

  pg_conn* connection_;
  const std::string password_;
  const int process_;
  bool is_up_ = true;
};

}  // namespace firn::catalog::sql
