// Brings a database to this program's schema, forward only.
//
// Errors of all: kUnsupported where the database is newer than this program, kUnavailable where it
// cannot be used now; the database is as it was. Thread-safety: as the session.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "server/store/sql/session/session.h"

namespace firn::store::sql {

/// Schema versions: that of the database when it was looked at, and this program's. 0 is an empty
/// database.
struct SchemaVersions {
  int64_t from = 0;
  int64_t to = 0;
};

/// Runs what is missing, in one transaction that other processes wait for: all of it or nothing.
Result<SchemaVersions> Migrate(Session& session);

/// Runs what is missing and takes it back: whether Migrate would succeed.
Result<SchemaVersions> TryMigrate(Session& session);

}  // namespace firn::store::sql
