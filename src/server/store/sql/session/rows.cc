#include "server/store/sql/session/rows.h"

#include "server/store/sql/session/namespace_key.h"
#include "server/store/sql/text/jobs.h"
#include "server/store/sql/text/namespaces.h"
#include "server/store/sql/text/objects.h"

namespace firn::store::sql {

ObjectRecord ReadObject(const Row& row) {
  ObjectRecord object;
  object.id = ObjectId(row.Int(0));
  object.name_space = NamespaceId(row.Int(1));
  object.kind = row.Int(2) == 0 ? ObjectKind::kTable : ObjectKind::kView;
  object.name = row.Text(3);
  object.pointer.metadata_location = row.Text(4);
  object.pointer.location = row.Text(5);
  object.pointer.uuid = row.Text(6);
  object.pointer.format_version = static_cast<int>(row.Int(7));
  object.pointer.last_sequence_number = row.Int(8);
  object.version = row.Int(9);
  return object;
}

JobRecord ReadJob(const Row& row) {
  JobRecord job;
  job.id = JobId(row.Int(0));
  job.warehouse = WarehouseId(row.Int(1));
  job.kind = row.Text(2);
  job.payload = row.Text(3);
  job.progress = row.Text(4);
  job.state = static_cast<JobState>(row.Int(5));
  job.run_after = TimestampMs(row.Int(6));
  job.attempts = static_cast<int>(row.Int(7));
  job.last_error = row.Text(8);
  job.token = row.Int(9);
  return job;
}

Result<std::optional<NamespaceRow>> FindNamespaceRow(Session& session,
                                                     WarehouseId warehouse,
                                                     std::string_view key) {
  std::optional<NamespaceRow> found;
  RETURN_IF_ERROR(session.Query(kFindNamespace, {{":warehouse", warehouse.value()}, {":path", key}},
                                [&](const Row& row) -> Status {
                                  found = {NamespaceId(row.Int(0)), std::string(row.Text(1))};
                                  return {};
                                }));
  return found;
}

Result<NamespaceRow> GetNamespaceRow(Session& session,
                                     WarehouseId warehouse,
                                     const NamespacePath& path) {
  ASSIGN_OR_RETURN(auto found, FindNamespaceRow(session, warehouse, NamespaceKey(path)));
  if (!found.has_value()) {
    return NoSuchNamespace(path);
  }
  return *std::move(found);
}

Result<std::optional<ObjectRecord>> FindObjectRow(Session& session,
                                                  WarehouseId warehouse,
                                                  const TableIdentifier& identifier) {
  std::optional<ObjectRecord> found;
  std::string key = NamespaceKey(identifier.name_space);
  RETURN_IF_ERROR(session.Query(
      kFindObject, {{":warehouse", warehouse.value()}, {":path", key}, {":name", identifier.name}},
      [&](const Row& row) -> Status {
        found = ReadObject(row);
        return {};
      }));
  return found;
}

Result<std::optional<JobRecord>> FindJobRow(Session& session, JobId id) {
  std::optional<JobRecord> found;
  RETURN_IF_ERROR(session.Query(kFindJob, {{":id", id.value()}}, [&](const Row& row) -> Status {
    found = ReadJob(row);
    return {};
  }));
  return found;
}

Error NoSuchNamespace(const NamespacePath& path) {
  return Error(ErrorCode::kNoSuchNamespace, "Namespace does not exist: " + path.ToString());
}

Error NoSuchObject(ObjectKind kind, const TableIdentifier& identifier) {
  return kind == ObjectKind::kTable
             ? Error(ErrorCode::kNoSuchTable, "Table does not exist: " + identifier.ToString())
             : Error(ErrorCode::kNoSuchView, "View does not exist: " + identifier.ToString());
}

}  // namespace firn::store::sql
