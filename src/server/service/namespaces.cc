#include "server/service/namespaces.h"

#include <utility>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "server/service/locations.h"
#include "server/service/names.h"

namespace firn::service {
namespace {

/// What a replayed creation is rendered from.
std::string Reference(const NamespacePath& path, const store::Properties& properties) {
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("namespace").BeginArray();
  for (const std::string& level : path.levels) {
    writer.String(level);
  }
  writer.EndArray().Key("properties").BeginObject();
  for (const auto& [key, value] : properties) {
    writer.Field(key, value);
  }
  writer.EndObject().EndObject();
  return json;
}

Status CheckLocationProperty(const Environment& environment,
                             const CallContext& call,
                             const store::Properties& properties) {
  auto location = properties.find("location");
  return location == properties.end() ? Status()
                                      : CheckAllowed(environment, call.warehouse, location->second);
}

}  // namespace

Result<store::Page<std::string>> NamespaceService::List(const CallContext& call,
                                                        const NamespacePath& parent,
                                                        const store::PageRequest& page) {
  return environment_.store.ListNamespaces(call.warehouse.id, parent, page);
}

Result<store::NamespaceRecord> NamespaceService::Load(const CallContext& call,
                                                      const NamespacePath& path) {
  return environment_.store.GetNamespace(call.warehouse.id, path);
}

Result<Answer<store::NamespaceRecord>> NamespaceService::Create(
    const CallContext& call, const NamespacePath& path, const store::Properties& properties) {
  RETURN_IF_ERROR(CheckNamespacePath(path));
  if (path.empty()) {
    return Error(ErrorCode::kInvalidArgument, "Invalid namespace: it has no levels");
  }
  // The document has no 404 for this call, so a missing parent is a bad request.
  if (path.levels.size() > 1) {
    auto parent = environment_.store.GetNamespace(call.warehouse.id, path.Parent());
    if (!parent.has_value() && parent.error().code() == ErrorCode::kNoSuchNamespace) {
      return TakeError(std::move(parent)).As(ErrorCode::kInvalidArgument);
    }
  }
  RETURN_IF_ERROR(CheckLocationProperty(environment_, call, properties));
  ASSIGN_OR_RETURN(store::MutationResult result,
                   environment_.store.Execute(
                       store::CreateNamespace{path, properties},
                       MakeMutationContext(environment_, call, Reference(path, properties))));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  // The store gives what the mutation makes. NOLINTNEXTLINE(bugprone-unchecked-optional-access)
  return *std::move(result.name_space);
}

Result<Answer<std::monostate>> NamespaceService::Drop(const CallContext& call,
                                                      const NamespacePath& path) {
  RETURN_IF_ERROR(CheckNamespacePath(path));
  ASSIGN_OR_RETURN(store::MutationResult result,
                   environment_.store.Execute(store::DropNamespace{path},
                                              MakeMutationContext(environment_, call, "")));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  return std::monostate();
}

Result<Answer<store::NamespacePropertiesResult>> NamespaceService::UpdateProperties(
    const CallContext& call, const store::UpdateNamespaceProperties& update) {
  RETURN_IF_ERROR(CheckNamespacePath(update.path));
  RETURN_IF_ERROR(CheckLocationProperty(environment_, call, update.updates));
  for (const std::string& key : update.removals) {
    if (update.updates.contains(key)) {
      return Error(ErrorCode::kUnprocessable,
                   fmt::format("Invalid namespace update, cannot set and remove key: {}", key));
    }
  }
  ASSIGN_OR_RETURN(store::MutationResult result,
                   environment_.store.Execute(update, MakeMutationContext(environment_, call, "")));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  // The store gives what the mutation makes. NOLINTNEXTLINE(bugprone-unchecked-optional-access)
  return *std::move(result.properties);
}

}  // namespace firn::service
