// Brings a database to this program's schema.
#pragma once

#include "base/result.h"
#include "server/store/sql/session/session.h"

namespace firn::store::sql {

/// Runs what is missing, in one transaction that other processes wait for.
/// Errors: kUnsupported where the database is newer than this program (nothing is touched).
Status Migrate(Session& session);

}  // namespace firn::store::sql
