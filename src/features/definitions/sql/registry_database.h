// RegistryDatabase: a database that has a Feast registry: read transactions, and the version of
// what each of them sees. SqlRegistry works on it.
//
// The version is the engine's own, for Feast's does not move with every change. SQLite: the counter
// of commits to the file (`PRAGMA data_version`) of a connection that is kept; any change to the
// file moves it. PostgreSQL: which transactions wrote the rows (`xmin`), summed up by the server.
//
// Errors: sql_connection.h; kNotFound where the file or the tables are not there, or not any more.
// A lock, and on PostgreSQL each statement, is waited for up to options.busy_timeout and the
// thread's CallDeadline. Thread-safety: one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "catalog/sql/sql_connection.h"
#include "features/definitions/sql/registry_url.h"

namespace firn::features {

class RegistryDatabase {
 public:
  using Work = std::function<Status(const std::string& version, catalog::sql::SqlConnection&)>;

  virtual ~RegistryDatabase() = default;

  /// Runs `work` within one transaction that only reads. What two versions say of one database is
  /// the same where they are equal.
  virtual Status Read(const Work& work) = 0;
  /// The last Read failed, and only because another program holds a lock while it commits, on the
  /// database of the Read before it: the registry is as it was then.
  virtual bool was_locked() const = 0;
};

/// Opens nothing yet.
std::unique_ptr<RegistryDatabase> OpenRegistryDatabase(const RegistryUrl& url);

}  // namespace firn::features
