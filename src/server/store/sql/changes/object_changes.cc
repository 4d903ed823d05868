#include "server/store/sql/changes/object_changes.h"

#include "server/store/sql/changes/locations.h"
#include "server/store/sql/changes/object_keys.h"
#include "server/store/sql/changes/object_traces_internal.h"
#include "server/store/sql/session/namespace_key.h"
#include "server/store/sql/session/rows.h"
#include "server/store/sql/text/jobs.h"
#include "server/store/sql/text/logs.h"
#include "server/store/sql/text/objects.h"

namespace firn::store::sql {
namespace {

/// The texts that Iceberg's Java clients compare.
Error NameTaken(const TableIdentifier& identifier, ObjectKind wanted, ObjectKind existing) {
  std::string_view kind = existing == ObjectKind::kTable ? "Table" : "View";
  std::string_view same =
      wanted == existing ? " already exists: " : " with same name already exists: ";
  return Error(ErrorCode::kAlreadyExists,
               std::string(kind) + std::string(same) + identifier.ToString());
}

/// Locations of views may overlap.
Result<LocationRange> TakeLocation(const Change& change,
                                   const TableIdentifier& identifier,
                                   ObjectKind kind,
                                   std::string_view location,
                                   ObjectId self) {
  ASSIGN_OR_RETURN(LocationRange range, RangeOf(location));
  if (kind == ObjectKind::kTable) {
    RETURN_IF_ERROR(CheckLocationFree(change, range, identifier, self));
  }
  return range;
}

/// A table that is made has a uuid of its own; one that is registered may be there twice.
Status CheckUuidFree(const Change& change, std::string_view uuid) {
  bool taken = false;
  RETURN_IF_ERROR(
      change.session().Query(kFindObjectsByUuid, {{":uuid", uuid}}, [&](const Row&) -> Status {
        taken = true;
        return {};
      }));
  return taken ? Status(Error(ErrorCode::kInvalidArgument, "Table uuid belongs to another table"))
               : Status();
}

/// The namespace's row, once it is certain that the name in it is free.
Result<NamespaceRow> FreeName(const Change& change,
                              const TableIdentifier& identifier,
                              ObjectKind kind) {
  WarehouseId warehouse = change.context.warehouse;
  ASSIGN_OR_RETURN(NamespaceRow name_space,
                   GetNamespaceRow(change.session(), warehouse, identifier.name_space));
  ASSIGN_OR_RETURN(auto existing, FindObjectRow(change.session(), warehouse, identifier));
  if (existing.has_value()) {
    return NameTaken(identifier, kind, existing->kind);
  }
  return name_space;
}

Result<ObjectRecord> ApplyChange(const Change& change, const CreateObject& create) {
  Session& session = change.session();
  const ObjectPointer& pointer = create.pointer;
  ASSIGN_OR_RETURN(NamespaceRow name_space, FreeName(change, create.identifier, create.kind));
  ASSIGN_OR_RETURN(LocationRange range, TakeLocation(change, create.identifier, create.kind,
                                                     pointer.location, ObjectId()));
  if (create.kind == ObjectKind::kTable && !create.registers) {
    RETURN_IF_ERROR(CheckUuidFree(change, pointer.uuid));
  }
  std::optional<std::string> metadata_key = MetadataKey(pointer);
  ObjectRecord object{.id = {},
                      .name_space = name_space.id,
                      .kind = create.kind,
                      .name = create.identifier.name,
                      .pointer = pointer,
                      .version = 1};
  RETURN_IF_ERROR(session.Query(kInsertObject,
                                {{":namespace", name_space.id.value()},
                                 {":name", object.name},
                                 {":kind", static_cast<int64_t>(object.kind)},
                                 {":uuid", pointer.uuid},
                                 {":metadata_location", pointer.metadata_location},
                                 {":location", pointer.location},
                                 {":location_key", range.key()},
                                 {":metadata_key", OrNull(metadata_key)},
                                 {":format_version", pointer.format_version},
                                 {":last_sequence_number", pointer.last_sequence_number},
                                 {":now", change.context.now.value()}},
                                [&](const Row& row) -> Status {
                                  object.id = ObjectId(row.Int(0));
                                  return {};
                                }));
  if (object.id == ObjectId()) {
    return NameTaken(create.identifier, create.kind, create.kind);
  }
  RETURN_IF_ERROR(session.Execute(kDeleteStagedTable, {{":uuid", pointer.uuid}}));
  TraceObject(change, create.registers ? "registered" : "created", create.identifier, object, true);
  SetPointer(change, create.identifier, create.kind, std::make_shared<ObjectRecord>(object));
  return object;
}

Result<ObjectRecord> ApplyChange(const Change& change, const SwapObject& swap) {
  Session& session = change.session();
  const ObjectPointer& pointer = swap.pointer;
  ASSIGN_OR_RETURN(auto current, FindObjectRow(session, change.context.warehouse, swap.identifier));
  if (!current.has_value() || current->id != swap.id || current->kind != swap.kind ||
      current->version != swap.expected_version) {
    return Error(ErrorCode::kLostRace,
                 "Commit failed: " + swap.identifier.ToString() + " was changed concurrently");
  }
  bool stays = pointer.location == current->pointer.location;
  ASSIGN_OR_RETURN(LocationRange range, stays ? RangeOf(pointer.location)
                                              : TakeLocation(change, swap.identifier, swap.kind,
                                                             pointer.location, swap.id));
  std::optional<std::string> metadata_key = MetadataKey(pointer);
  ASSIGN_OR_RETURN(
      int64_t changed,
      session.Execute(kSwapObject, {{":metadata_location", pointer.metadata_location},
                                    {":location", pointer.location},
                                    {":location_key", range.key()},
                                    {":metadata_key", OrNull(metadata_key)},
                                    {":uuid", pointer.uuid},
                                    {":format_version", pointer.format_version},
                                    {":last_sequence_number", pointer.last_sequence_number},
                                    {":now", change.context.now.value()},
                                    {":id", swap.id.value()},
                                    {":expected_version", swap.expected_version}}));
  if (changed != 1) {
    return Error(ErrorCode::kLostRace,
                 "Commit failed: " + swap.identifier.ToString() + " was changed concurrently");
  }
  ObjectRecord object = *std::move(current);
  object.pointer = pointer;
  ++object.version;
  TraceObject(change, swap.replaces ? "registered" : "updated", swap.identifier, object, true);
  SetPointer(change, swap.identifier, swap.kind, std::make_shared<ObjectRecord>(object));
  return object;
}

/// The object of that name and kind. Errors: kNoSuchTable / kNoSuchView.
Result<ObjectRecord> GetObject(const Change& change,
                               const TableIdentifier& identifier,
                               ObjectKind kind) {
  ASSIGN_OR_RETURN(auto found,
                   FindObjectRow(change.session(), change.context.warehouse, identifier));
  if (!found.has_value() || found->kind != kind) {
    return NoSuchObject(kind, identifier);
  }
  return *std::move(found);
}

}  // namespace

Result<MutationResult> Apply(const Change& change, const CommitObjects& mutation) {
  MutationResult result;
  for (const ObjectChange& one : mutation.changes) {
    ASSIGN_OR_RETURN(
        ObjectRecord object,
        std::visit([&](const auto& typed) { return ApplyChange(change, typed); }, one));
    result.objects.push_back(std::move(object));
  }
  return result;
}

Result<MutationResult> Apply(const Change& change, const DropObject& mutation) {
  Session& session = change.session();
  ASSIGN_OR_RETURN(ObjectRecord object, GetObject(change, mutation.identifier, mutation.kind));
  if (mutation.expected_version.has_value() && *mutation.expected_version != object.version) {
    return Error(ErrorCode::kLostRace,
                 mutation.identifier.ToString() + " was changed concurrently");
  }
  RETURN_IF_ERROR(session.Execute(kDeleteObject, {{":id", object.id.value()}}));
  if (mutation.purge.has_value()) {
    std::optional<std::string> location_key;
    if (mutation.kind == ObjectKind::kTable) {
      ASSIGN_OR_RETURN(LocationRange range, RangeOf(object.pointer.location));
      location_key = range.key();
    }
    RETURN_IF_ERROR(session.Execute(kInsertJob, {{":warehouse", change.context.warehouse.value()},
                                                 {":kind", mutation.purge->kind},
                                                 {":payload", mutation.purge->payload},
                                                 {":run_after", mutation.purge->run_after.value()},
                                                 {":location_key", OrNull(location_key)}}));
  }
  TraceDrop(change, mutation.identifier, object, mutation.purge.has_value());
  SetPointer(change, mutation.identifier, mutation.kind, nullptr);
  MutationResult result;
  result.objects.push_back(std::move(object));
  return result;
}

Result<MutationResult> Apply(const Change& change, const RenameObject& mutation) {
  Session& session = change.session();
  WarehouseId warehouse = change.context.warehouse;
  ASSIGN_OR_RETURN(ObjectRecord object, GetObject(change, mutation.from, mutation.kind));
  ASSIGN_OR_RETURN(NamespaceRow target,
                   GetNamespaceRow(session, warehouse, mutation.to.name_space));
  if (mutation.from == mutation.to) {
    return MutationResult();
  }
  ASSIGN_OR_RETURN(auto existing, FindObjectRow(session, warehouse, mutation.to));
  if (existing.has_value()) {
    return Error(ErrorCode::kAlreadyExists,
                 "Cannot rename " + mutation.from.ToString() + " to " + mutation.to.ToString() +
                     (existing->kind == ObjectKind::kTable ? ". Table already exists"
                                                           : ". View already exists"));
  }
  RETURN_IF_ERROR(session.Execute(kRenameObject, {{":namespace", target.id.value()},
                                                  {":name", mutation.to.name},
                                                  {":now", change.context.now.value()},
                                                  {":id", object.id.value()}}));
  object.name_space = target.id;
  object.name = mutation.to.name;
  TraceRename(change, mutation.from, mutation.to, object);
  SetPointer(change, mutation.from, mutation.kind, nullptr);
  SetPointer(change, mutation.to, mutation.kind, std::make_shared<ObjectRecord>(object));
  return MutationResult();
}

Result<MutationResult> Apply(const Change& change, const StageTable& mutation) {
  RETURN_IF_ERROR(FreeName(change, mutation.identifier, ObjectKind::kTable));
  ASSIGN_OR_RETURN(
      LocationRange range,
      TakeLocation(change, mutation.identifier, ObjectKind::kTable, mutation.location, ObjectId()));
  std::string path = NamespaceKey(mutation.identifier.name_space);
  RETURN_IF_ERROR(change.session().Execute(kInsertStagedTable,
                                           {{":warehouse", change.context.warehouse.value()},
                                            {":path", path},
                                            {":name", mutation.identifier.name},
                                            {":uuid", mutation.uuid},
                                            {":location", mutation.location},
                                            {":location_key", range.key()},
                                            {":expires", mutation.expires_at.value()}}));
  return MutationResult();
}

Result<MutationResult> Apply(const Change& change, const SaveMetricsReport& mutation) {
  ASSIGN_OR_RETURN(ObjectRecord table, GetObject(change, mutation.identifier, ObjectKind::kTable));
  RETURN_IF_ERROR(change.session().Execute(kInsertReport, {{":object", table.id.value()},
                                                           {":now", change.context.now.value()},
                                                           {":type", mutation.report_type},
                                                           {":report", mutation.report}}));
  return MutationResult();
}

}  // namespace firn::store::sql
