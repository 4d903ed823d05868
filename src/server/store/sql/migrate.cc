#include "server/store/sql/migrate.h"

#include <string>

#include "server/store/sql/text/schema.h"

namespace firn::store::sql {
namespace {

Status MigrateInTransaction(Session& session) {
  RETURN_IF_ERROR(session.Run(kCreateSchemaVersion));
  int64_t version = 0;
  RETURN_IF_ERROR(session.Query(kReadSchemaVersion, {}, [&](const Row& row) -> Status {
    version = row.IsNull(0) ? 0 : row.Int(0);
    return {};
  }));
  auto latest = static_cast<int64_t>(Migrations().size());
  if (version > latest) {
    return Error(ErrorCode::kUnsupported,
                 "The database was written by a newer Firn: its schema is version " +
                     std::to_string(version) + ", this program knows " + std::to_string(latest));
  }
  while (version < latest) {
    RETURN_IF_ERROR(session.Run(Migrations()[static_cast<size_t>(version)]));
    ++version;
    RETURN_IF_ERROR(session.Execute(kAddSchemaVersion, {{":version", version}}));
  }
  return {};
}

}  // namespace

Status Migrate(Session& session) {
  RETURN_IF_ERROR(session.Begin());
  Status status = MigrateInTransaction(session);
  if (!status.has_value()) {
    session.Rollback();
    return status;
  }
  return session.Commit();
}

}  // namespace firn::store::sql
