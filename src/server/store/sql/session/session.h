// Session: one connection to a SQL database, as the rules of the store use it; Engine opens them.
// Implemented per database (server/store/sqlite), so that transactions, queries and rules are
// written once.
//
// Errors of every call: kAlreadyExists where a unique constraint refuses a row; kUnprocessable
// where a foreign key does; kUnavailable where the database cannot be used now (busy, full, I/O
// error); kInternal for a bug of ours or a damaged database. After an error inside a transaction
// the caller rolls back to the savepoint or ends the transaction. Thread-safety: one thread at a
// time.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "server/store/sql/text/statement.h"

namespace firn::store::sql {

/// NULL, an integer or text (which must stay alive during the call).
using Value = std::variant<std::monostate, int64_t, std::string_view>;

inline Value OrNull(const std::optional<std::string>& text) {
  return text.has_value() ? Value(std::string_view(*text)) : Value();
}

struct Param {
  /// With its colon: `:id`.
  const char* name;
  Value value;
};
using Params = std::initializer_list<Param>;

/// A row of a result, columns from 0. Text lives until the callback returns.
class Row {
 public:
  virtual ~Row() = default;
  virtual int64_t Int(int column) const = 0;
  virtual std::string_view Text(int column) const = 0;
  virtual bool IsNull(int column) const = 0;
};

/// Called for each row in order; an error ends the query and is returned.
using RowCallback = std::function<Status(const Row&)>;

class Session {
 public:
  virtual ~Session() = default;

  /// Opens a transaction that may write; waits for other writers up to the engine's limit.
  virtual Status Begin() = 0;
  /// After an error the outcome is not known, but the session is out of the transaction.
  virtual Status Commit() = 0;
  /// Ends the transaction, if there is one.
  virtual void Rollback() = 0;

  /// One level of savepoint within the transaction.
  virtual Status SetSavepoint() = 0;
  virtual Status ReleaseSavepoint() = 0;
  /// Undoes what came after SetSavepoint. Errors: the whole transaction is lost.
  virtual Status RollbackToSavepoint() = 0;

  /// Rows that were inserted, updated or deleted.
  virtual Result<int64_t> Execute(const Statement& statement, Params params) = 0;
  virtual Status Query(const Statement& statement, Params params, const RowCallback& on_row) = 0;
  /// Several statements at once, without parameters: migrations.
  virtual Status Run(std::string_view script) = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual Result<std::unique_ptr<Session>> OpenWriter() = 0;
  virtual Result<std::unique_ptr<Session>> OpenReader() = 0;
  /// True where no other process can have the database: what was under way when it was opened is
  /// nobody's any more.
  virtual bool exclusive() const { return false; }
};

}  // namespace firn::store::sql
