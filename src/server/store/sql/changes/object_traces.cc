#include "base/json_writer.h"
#include "server/store/sql/changes/object_traces_internal.h"
#include "server/store/sql/session/namespace_key.h"

namespace firn::store::sql {
namespace {

/// The members that every event of an object has; the caller closes the object.
JsonWriter BeginDetail(std::string& detail, const ObjectRecord& object) {
  JsonWriter writer(detail);
  writer.BeginObject()
      .Field("uuid", std::string_view(object.pointer.uuid))
      .Field("metadata-location", std::string_view(object.pointer.metadata_location))
      .Field("version", object.version);
  return writer;
}

}  // namespace

std::string EventType(ObjectKind kind, std::string_view what) {
  return (kind == ObjectKind::kTable ? "table." : "view.") + std::string(what);
}

void TraceObject(const Change& change,
                 std::string_view what,
                 const TableIdentifier& identifier,
                 const ObjectRecord& object,
                 bool versioned) {
  std::string detail;
  BeginDetail(detail, object).EndObject();
  std::optional<PendingVersion> version;
  if (versioned) {
    version = {object.id, object.version, object.pointer.metadata_location};
  }
  change.AddEvent(EventType(object.kind, what), NamespaceKey(identifier.name_space),
                  identifier.name, std::move(detail), std::move(version));
}

void TraceDrop(const Change& change,
               const TableIdentifier& identifier,
               const ObjectRecord& object,
               bool purged) {
  std::string detail;
  BeginDetail(detail, object).Field("purged", purged).EndObject();
  change.AddEvent(EventType(object.kind, "dropped"), NamespaceKey(identifier.name_space),
                  identifier.name, std::move(detail));
}

void TraceRename(const Change& change,
                 const TableIdentifier& from,
                 const TableIdentifier& to,
                 const ObjectRecord& object) {
  std::string detail;
  JsonWriter writer = BeginDetail(detail, object);
  writer.Key("to").BeginObject().Key("namespace").BeginArray();
  for (const std::string& level : to.name_space.levels) {
    writer.String(level);
  }
  writer.EndArray().Field("name", std::string_view(to.name)).EndObject().EndObject();
  change.AddEvent(EventType(object.kind, "renamed"), NamespaceKey(from.name_space), from.name,
                  std::move(detail));
}

void SetPointer(const Change& change,
                const TableIdentifier& identifier,
                ObjectKind kind,
                ObjectRef object) {
  change.transaction.pointers.push_back(
      {change.context.warehouse, identifier, kind, std::move(object)});
}

}  // namespace firn::store::sql
