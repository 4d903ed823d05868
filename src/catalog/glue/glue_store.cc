#include "catalog/glue/glue_store.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/json_writer.h"
#include "catalog/pointer/places.h"
#include "catalog/pointer/pointer_errors.h"

namespace firn::catalog::glue {
namespace {

using pointer::NameTaken;
using pointer::NewPointer;
using pointer::NoSuchNamespace;
using pointer::NoSuchTable;
using pointer::PointerChange;
using pointer::TableKey;
using pointer::TablePointer;

Error TooManyPages() {
  return Error(ErrorCode::kPayloadTooLarge, "The list of AWS Glue has no end")
      .With("pages", std::to_string(kMaxPages));
}

std::string Quoted(std::string_view text) {
  std::string quoted;
  JsonWriter(quoted).String(text);
  return quoted;
}

/// What is to stand in place of one code.
Error Instead(Error error, ErrorCode code, Error other) {
  return error.code() == code ? std::move(other) : std::move(error);
}

}  // namespace

std::string GlueStore::Begin() const {
  return options_.catalog_id.empty()
             ? "{"
             : fmt::format("{{\"CatalogId\":{},", Quoted(options_.catalog_id));
}

Result<std::string> GlueStore::NamespaceKey(const NamespacePath& path) const {
  if (path.levels.size() != 1) {
    return Error(ErrorCode::kInvalidArgument, "AWS Glue has namespaces of one level")
        .With("namespace", path.ToString());
  }
  if (path.levels[0].empty() || path.levels[0].contains('\0')) {
    return Error(ErrorCode::kInvalidArgument, "The name of a namespace is empty");
  }
  return path.levels[0];
}

Status GlueStore::CheckProperties(const PropertyMap&) const { return {}; }

Status GlueStore::ForEach(std::string_view operation,
                          std::string_view list,
                          const std::string& body,
                          const OnItem& on_item) {
  std::string next;
  for (int page = 0; page < kMaxPages; ++page) {
    std::string token = next.empty() ? "" : fmt::format(",\"NextToken\":{}", Quoted(next));
    ASSIGN_OR_RETURN(
        auto answer,
        client_->Call(operation, fmt::format("{}{}{}}}", Begin(), body, token), Effect::kRead));
    ASSIGN_OR_RETURN(auto root, json::AsObject(answer.root(), "answer"));
    ASSIGN_OR_RETURN(auto items, json::FindArray(root, list));
    if (items) {
      for (json::Element item : *items) {
        RETURN_IF_ERROR(on_item(item));
      }
    }
    ASSIGN_OR_RETURN(auto token_of_next, json::FindString(root, "NextToken"));
    next = token_of_next.value_or("");
    if (next.empty()) {
      return {};
    }
  }
  return TooManyPages();
}

Result<bool> GlueStore::NamespaceExists(const std::string& name_space) {
  auto properties = NamespaceProperties(name_space);
  if (!properties.has_value() && properties.error().code() == ErrorCode::kNoSuchNamespace) {
    return false;
  }
  RETURN_IF_ERROR(properties);
  return true;
}

Result<std::set<std::string>> GlueStore::ChildNamespaces(const std::string& parent) {
  std::set<std::string> names;
  if (!parent.empty()) {
    return names;
  }
  RETURN_IF_ERROR(ForEach("GetDatabases", "DatabaseList", "\"MaxResults\":100",
                          [&names](json::Element item) -> Status {
                            ASSIGN_OR_RETURN(auto object, json::AsObject(item, "Database"));
                            ASSIGN_OR_RETURN(auto name, json::GetString(object, "Name"));
                            names.emplace(name);
                            return {};
                          }));
  return names;
}

Result<PropertyMap> GlueStore::NamespaceProperties(const std::string& name_space) {
  auto answer = client_->Call(
      "GetDatabase", fmt::format("{}\"Name\":{}}}", Begin(), Quoted(name_space)), Effect::kRead);
  if (!answer.has_value()) {
    return Instead(TakeError(std::move(answer)), ErrorCode::kNotFound, NoSuchNamespace(name_space));
  }
  ASSIGN_OR_RETURN(auto root, json::AsObject(answer->root(), "answer"));
  ASSIGN_OR_RETURN(auto database, json::Get(root, "Database"));
  return ReadDatabase(database);
}

Status GlueStore::InsertNamespace(const std::string& name_space, const PropertyMap& properties) {
  auto made = client_->Call(
      "CreateDatabase",
      fmt::format("{}\"DatabaseInput\":{}}}", Begin(), DatabaseInput(name_space, properties)),
      Effect::kChange);
  if (made.has_value()) {
    return {};
  }
  return Instead(
      TakeError(std::move(made)), ErrorCode::kAlreadyExists,
      Error(ErrorCode::kAlreadyExists, fmt::format("Namespace already exists: {}", name_space)));
}

Status GlueStore::UpdateNamespace(const std::string& name_space, const NamespaceChange& change) {
  ASSIGN_OR_RETURN(PropertyMap properties, NamespaceProperties(name_space));
  for (const std::string& key : change.removals) {
    properties.erase(key);
  }
  for (const auto& [key, value] : change.updates) {
    properties.insert_or_assign(key, value);
  }
  auto changed =
      client_->Call("UpdateDatabase",
                    fmt::format("{}\"Name\":{},\"DatabaseInput\":{}}}", Begin(), Quoted(name_space),
                                DatabaseInput(name_space, properties)),
                    Effect::kChange);
  if (changed.has_value()) {
    return {};
  }
  Error error = TakeError(std::move(changed));
  if (error.code() == ErrorCode::kLostRace) {
    return std::move(error).As(ErrorCode::kUnavailable);
  }
  return Instead(std::move(error), ErrorCode::kNotFound, NoSuchNamespace(name_space));
}

Status GlueStore::DeleteNamespace(const std::string& name_space) {
  RETURN_IF_ERROR(NamespaceProperties(name_space));
  // Glue would drop what is in it.
  RETURN_IF_ERROR(ForEach("GetTables", "TableList",
                          fmt::format("\"DatabaseName\":{}", Quoted(name_space)),
                          [&](json::Element) -> Status {
                            return Error(ErrorCode::kNamespaceNotEmpty,
                                         fmt::format("Namespace is not empty: {}", name_space));
                          }));
  auto dropped =
      client_->Call("DeleteDatabase", fmt::format("{}\"Name\":{}}}", Begin(), Quoted(name_space)),
                    Effect::kChange);
  if (dropped.has_value()) {
    return {};
  }
  return Instead(TakeError(std::move(dropped)), ErrorCode::kNotFound, NoSuchNamespace(name_space));
}

Result<std::vector<std::string>> GlueStore::TableNames(const std::string& name_space) {
  RETURN_IF_ERROR(NamespaceProperties(name_space));
  std::vector<std::string> names;
  RETURN_IF_ERROR(ForEach("GetTables", "TableList",
                          fmt::format("\"DatabaseName\":{}", Quoted(name_space)),
                          [&names](json::Element item) -> Status {
                            ASSIGN_OR_RETURN(GlueTable table, ReadTable(item));
                            if (table.is_iceberg()) {
                              names.push_back(std::move(table.name));
                            }
                            return {};
                          }));
  return names;
}

Result<std::optional<GlueTable>> GlueStore::GetTable(const TableKey& key) {
  auto answer = client_->Call("GetTable",
                              fmt::format("{}\"DatabaseName\":{},\"Name\":{}}}", Begin(),
                                          Quoted(key.name_space), Quoted(key.name)),
                              Effect::kRead);
  if (!answer.has_value()) {
    Error error = TakeError(std::move(answer));
    return error.code() == ErrorCode::kNotFound
               ? Result<std::optional<GlueTable>>(std::nullopt)
               : Result<std::optional<GlueTable>>(std::move(error));
  }
  ASSIGN_OR_RETURN(auto root, json::AsObject(answer->root(), "answer"));
  ASSIGN_OR_RETURN(auto element, json::Get(root, "Table"));
  ASSIGN_OR_RETURN(GlueTable table, ReadTable(element));
  return std::optional(std::move(table));
}

Result<GlueTable> GlueStore::RequireTable(const TableKey& key) {
  ASSIGN_OR_RETURN(auto table, GetTable(key));
  return table && table->is_iceberg() ? Result<GlueTable>(*std::move(table))
                                      : Result<GlueTable>(NoSuchTable(key));
}

Result<std::optional<TablePointer>> GlueStore::FindTable(const TableKey& key) {
  ASSIGN_OR_RETURN(auto table, GetTable(key));
  return table && table->is_iceberg() ? std::optional(table->pointer()) : std::nullopt;
}

Result<std::optional<TablePointer>> GlueStore::FindTableSettled(const TableKey& key) {
  for (int races = 0; races <= kMaxSettleRaces; ++races) {
    ASSIGN_OR_RETURN(auto table, GetTable(key));
    if (!table || !table->is_iceberg()) {
      return std::optional<TablePointer>();
    }
    Status bumped = Update(key, *table, SameTableInput(*table, table->name));
    if (bumped.has_value()) {
      return std::optional(table->pointer());
    }
    if (bumped.error().code() != ErrorCode::kLostRace) {
      return TakeError(std::move(bumped));
    }
  }
  return Error(ErrorCode::kUnavailable, "The table changes too fast to be looked at");
}

Status GlueStore::Create(const TableKey& key, const std::string& input) {
  auto made = client_->Call("CreateTable",
                            fmt::format("{}\"DatabaseName\":{},\"TableInput\":{}}}", Begin(),
                                        Quoted(key.name_space), input),
                            Effect::kChange);
  if (made.has_value()) {
    return {};
  }
  Error error = Instead(TakeError(std::move(made)), ErrorCode::kAlreadyExists, NameTaken(key));
  return Instead(std::move(error), ErrorCode::kNotFound, NoSuchNamespace(key.name_space));
}

Status GlueStore::Update(const TableKey& key, const GlueTable& table, const std::string& input) {
  if (table.version.empty()) {
    return Error(ErrorCode::kUnsupported,
                 "What answers has no versions of tables: no commit there "
                 "is safe");
  }
  auto changed = client_->Call(
      "UpdateTable",
      fmt::format("{}\"DatabaseName\":{},\"SkipArchive\":{},\"VersionId\":{},\"TableInput\":{}}}",
                  Begin(), Quoted(key.name_space), options_.skips_archive, Quoted(table.version),
                  input),
      Effect::kChange);
  if (changed.has_value()) {
    return {};
  }
  return Instead(TakeError(std::move(changed)), ErrorCode::kNotFound,
                 Error(ErrorCode::kLostRace, "The table is gone"));
}

Status GlueStore::Remove(const TableKey& key) {
  auto dropped = client_->Call("DeleteTable",
                               fmt::format("{}\"DatabaseName\":{},\"Name\":{}}}", Begin(),
                                           Quoted(key.name_space), Quoted(key.name)),
                               Effect::kChange);
  if (dropped.has_value()) {
    return {};
  }
  Error error = TakeError(std::move(dropped));
  if (error.code() == ErrorCode::kLostRace) {
    return std::move(error).As(ErrorCode::kUnavailable);
  }
  return Instead(std::move(error), ErrorCode::kNotFound, NoSuchTable(key));
}

Status GlueStore::InsertTable(const TableKey& key, const NewPointer& to) {
  return Create(key, NewTableInput(key.name, to));
}

Result<PointerChange> GlueStore::SwapTable(const TableKey& key,
                                           const std::string& from,
                                           const NewPointer& to) {
  ASSIGN_OR_RETURN(auto table, GetTable(key));
  if (!table || !table->is_iceberg() || table->pointer().metadata_location != from) {
    return PointerChange::kMoved;
  }
  Status moved = Update(key, *table, MovedTableInput(*table, to));
  if (!moved.has_value() && moved.error().code() == ErrorCode::kLostRace) {
    return PointerChange::kMoved;
  }
  RETURN_IF_ERROR(moved);
  return PointerChange::kDone;
}

Status GlueStore::RenameTable(const TableKey& from, const TableKey& to) {
  ASSIGN_OR_RETURN(GlueTable table, RequireTable(from));
  RETURN_IF_ERROR(Create(to, SameTableInput(table, to.name)));
  Status dropped = Remove(from);
  if (dropped.has_value()) {
    return {};
  }
  if (dropped.error().code() != ErrorCode::kCommitStateUnknown && Remove(to).has_value()) {
    return dropped;
  }
  return Error(ErrorCode::kCommitStateUnknown,
               fmt::format("The table may have both names: {}.{} was made, and whether {}.{} is "
                           "gone is not known",
                           to.name_space, to.name, from.name_space, from.name));
}

Status GlueStore::DeleteTable(const TableKey& key) {
  RETURN_IF_ERROR(RequireTable(key));
  return Remove(key);
}

Result<PointerChange> GlueStore::DeleteTableAlone(const TableKey& key,
                                                  const std::string& metadata_location,
                                                  const std::string& location) {
  const auto places = pointer::Places::Of(location, metadata_location);
  PointerChange found = PointerChange::kMoved;
  RETURN_IF_ERROR(ForEach("GetTables", "TableList",
                          fmt::format("\"DatabaseName\":{}", Quoted(key.name_space)),
                          [&](json::Element item) -> Status {
                            ASSIGN_OR_RETURN(GlueTable table, ReadTable(item));
                            std::string at = table.pointer().metadata_location;
                            // Glue keeps names in lower case.
                            if (!EqualsIgnoringCase(table.name, key.name)) {
                              found = places.Hold(at) ? PointerChange::kShared : found;
                            } else if (at == metadata_location && found != PointerChange::kShared) {
                              found = PointerChange::kDone;
                            }
                            return {};
                          }));
  if (found == PointerChange::kDone) {
    RETURN_IF_ERROR(Remove(key));
  }
  return found;
}

Result<pointer::ViewStore*> GlueStore::Views() {
  return Error(ErrorCode::kUnsupported,
               "A catalog of type glue has no views: those of type rest, sql and hive have");
}

}  // namespace firn::catalog::glue
