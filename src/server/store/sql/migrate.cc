#include "server/store/sql/migrate.h"

#include <string>

#include "server/store/sql/changes/object_keys.h"
#include "server/store/sql/text/schema.h"

namespace firn::store::sql {
namespace {

Status RunMigration(Session& session, int64_t version) {
  RETURN_IF_ERROR(session.Run(Migrations()[static_cast<size_t>(version - 1)]));
  return version == kFillsObjectKeys ? FillObjectKeys(session) : Status();
}

Result<SchemaVersions> MigrateInTransaction(Session& session) {
  SchemaVersions versions{.from = 0, .to = static_cast<int64_t>(Migrations().size())};
  RETURN_IF_ERROR(session.Run(kCreateSchemaVersion));
  RETURN_IF_ERROR(session.Query(kReadSchemaVersion, {}, [&](const Row& row) -> Status {
    versions.from = row.IsNull(0) ? 0 : row.Int(0);
    return {};
  }));
  if (versions.from > versions.to) {
    return Error(ErrorCode::kUnsupported,
                 "The database was written by a newer Firn: its schema is version " +
                     std::to_string(versions.from) + ", this program knows " +
                     std::to_string(versions.to));
  }
  for (int64_t next = versions.from + 1; next <= versions.to; ++next) {
    Status done = RunMigration(session, next);
    if (!done.has_value()) {
      return TakeError(std::move(done)).With("migration", std::to_string(next));
    }
    RETURN_IF_ERROR(session.Execute(kAddSchemaVersion, {{":version", next}}));
  }
  return versions;
}

}  // namespace

Result<SchemaVersions> Migrate(Session& session) {
  RETURN_IF_ERROR(session.Begin());
  auto versions = MigrateInTransaction(session);
  if (!versions.has_value()) {
    session.Rollback();
    return versions;
  }
  RETURN_IF_ERROR(session.Commit());
  return versions;
}

Result<SchemaVersions> TryMigrate(Session& session) {
  RETURN_IF_ERROR(session.Begin());
  auto versions = MigrateInTransaction(session);
  session.Rollback();
  return versions;
}

}  // namespace firn::store::sql
