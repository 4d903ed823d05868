#include "server/store/sql/changes/namespace_changes.h"

#include "base/json_writer.h"
#include "server/store/sql/changes/outcomes.h"
#include "server/store/sql/session/namespace_key.h"
#include "server/store/sql/session/properties.h"
#include "server/store/sql/session/rows.h"
#include "server/store/sql/text/namespaces.h"

namespace firn::store::sql {
namespace {

void WriteStrings(JsonWriter& writer,
                  std::string_view key,
                  const std::vector<std::string>& strings) {
  writer.Key(key).BeginArray();
  for (const std::string& string : strings) {
    writer.String(string);
  }
  writer.EndArray();
}

std::string PropertyDetail(const NamespacePropertiesResult& result) {
  std::string detail;
  JsonWriter writer(detail);
  writer.BeginObject();
  WriteStrings(writer, "updated", result.updated);
  WriteStrings(writer, "removed", result.removed);
  WriteStrings(writer, "missing", result.missing);
  writer.EndObject();
  return detail;
}

/// The properties as they are stored.
Result<std::string> Print(const Properties& properties) {
  std::string text = PropertiesToJson(properties);
  if (text.size() > kMaxNamespacePropertiesBytes) {
    return Error(ErrorCode::kInvalidArgument,
                 "The properties of a namespace would be larger than " +
                     std::to_string(kMaxNamespacePropertiesBytes) + " bytes");
  }
  return text;
}

}  // namespace

Result<MutationResult> Apply(const Change& change, const CreateNamespace& mutation) {
  Session& session = change.session();
  WarehouseId warehouse = change.context.warehouse;
  std::string key = NamespaceKey(mutation.path);
  ASSIGN_OR_RETURN(auto parent, FindNamespaceRow(session, warehouse, ParentKey(mutation.path)));
  if (!parent.has_value()) {
    return NoSuchNamespace(mutation.path.empty() ? mutation.path : mutation.path.Parent());
  }
  ASSIGN_OR_RETURN(std::string properties, Print(mutation.properties));
  NamespaceId id;
  RETURN_IF_ERROR(session.Query(
      kInsertNamespace,
      {{":warehouse", warehouse.value()},
       {":parent", parent->id.value()},
       {":path", key},
       {":name", mutation.path.empty() ? std::string_view() : mutation.path.levels.back()},
       {":properties", properties},
       {":now", change.context.now.value()}},
      [&](const Row& row) -> Status {
        id = NamespaceId(row.Int(0));
        return {};
      }));
  if (id == NamespaceId()) {
    return Error(ErrorCode::kAlreadyExists,
                 "Namespace already exists: " + mutation.path.ToString());
  }
  change.AddEvent("namespace.created", std::move(key), "", "{}");
  MutationResult result;
  result.name_space = NamespaceRecord{
      .id = id, .warehouse = warehouse, .path = mutation.path, .properties = mutation.properties};
  return result;
}

Result<MutationResult> Apply(const Change& change, const DropNamespace& mutation) {
  std::string key = NamespaceKey(mutation.path);
  auto deleted = change.session().Execute(
      kDeleteNamespace, {{":warehouse", change.context.warehouse.value()}, {":path", key}});
  if (!deleted.has_value()) {
    if (deleted.error().code() == ErrorCode::kUnprocessable) {
      return Error(ErrorCode::kNamespaceNotEmpty,
                   "Namespace " + mutation.path.ToString() + " is not empty");
    }
    return TakeError(std::move(deleted));
  }
  if (*deleted == 0) {
    return NoSuchNamespace(mutation.path);
  }
  change.AddEvent("namespace.dropped", std::move(key), "", "{}");
  return MutationResult();
}

Result<MutationResult> Apply(const Change& change, const UpdateNamespaceProperties& mutation) {
  Session& session = change.session();
  ASSIGN_OR_RETURN(NamespaceRow row,
                   GetNamespaceRow(session, change.context.warehouse, mutation.path));
  ASSIGN_OR_RETURN(Properties properties, PropertiesFromJson(row.properties));
  NamespacePropertiesResult outcome;
  for (const std::string& key : mutation.removals) {
    (properties.erase(key) > 0 ? outcome.removed : outcome.missing).push_back(key);
  }
  for (const auto& [key, value] : mutation.updates) {
    properties[key] = value;
    outcome.updated.push_back(key);
  }
  if (!outcome.removed.empty() || !outcome.updated.empty()) {
    ASSIGN_OR_RETURN(std::string text, Print(properties));
    RETURN_IF_ERROR(session.Execute(kUpdateNamespaceProperties,
                                    {{":properties", text}, {":id", row.id.value()}}));
    change.AddEvent("namespace.updated", NamespaceKey(mutation.path), "", PropertyDetail(outcome));
  }
  if (change.context.idempotency.has_value()) {
    RETURN_IF_ERROR(
        SetOutcomeReference(session, *change.context.idempotency, PropertyDetail(outcome)));
  }
  MutationResult result;
  result.properties = std::move(outcome);
  return result;
}

}  // namespace firn::store::sql
