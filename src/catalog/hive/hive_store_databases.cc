// HiveStore's namespaces: the metastore's databases.
#include <utility>

#include <fmt/format.h>

#include "catalog/hive/hive_store.h"
#include "catalog/pointer/pointer_errors.h"
#include "storage/location.h"

namespace firn::catalog::hive {
namespace {

using pointer::NoSuchNamespace;
using thrift::Value;

constexpr std::string_view kLocationProperty = "location";

}  // namespace

Result<Value> HiveStore::GetDatabase(const std::string& name_space) {
  auto database =
      client_->Call(method::kGetDatabase, Arguments(Value::Text(name_space)), Effect::kRead);
  if (!database.has_value() && database.error().code() == ErrorCode::kNotFound) {
    return NoSuchNamespace(name_space);
  }
  return database;
}

Result<bool> HiveStore::NamespaceExists(const std::string& name_space) {
  auto database = GetDatabase(name_space);
  if (!database.has_value() && database.error().code() == ErrorCode::kNoSuchNamespace) {
    return false;
  }
  RETURN_IF_ERROR(database);
  return true;
}

Result<std::set<std::string>> HiveStore::ChildNamespaces(const std::string& parent) {
  if (!parent.empty()) {
    return std::set<std::string>();
  }
  ASSIGN_OR_RETURN(Value names,
                   client_->Call(method::kGetAllDatabases, Value::Struct(), Effect::kRead));
  auto all = names.AllTexts();
  return std::set<std::string>(all.begin(), all.end());
}

Result<PropertyMap> HiveStore::NamespaceProperties(const std::string& name_space) {
  ASSIGN_OR_RETURN(Value database, GetDatabase(name_space));
  return DatabaseProperties(database);
}

Status HiveStore::InsertNamespace(const std::string& name_space, const PropertyMap& properties) {
  PropertyMap own = properties;
  if (!options_.warehouse.empty()) {
    own.emplace(kLocationProperty, storage::JoinLocation(options_.warehouse, name_space + ".db"));
  }
  Value database = WithProperties(Value::Struct().With(1, Value::Text(name_space)), own);
  auto made =
      client_->Call(method::kCreateDatabase, Arguments(std::move(database)), Effect::kChange);
  if (made.has_value()) {
    return {};
  }
  Error error = TakeError(std::move(made));
  if (error.code() == ErrorCode::kAlreadyExists) {
    return Error(ErrorCode::kAlreadyExists,
                 fmt::format("Namespace already exists: {}", name_space));
  }
  if (error.code() == kMetaException) {
    auto exists = NamespaceExists(name_space);
    return exists.has_value() && !*exists ? std::move(error).As(ErrorCode::kUnavailable)
                                          : std::move(error).As(ErrorCode::kCommitStateUnknown);
  }
  return error;
}

Status HiveStore::UpdateNamespace(const std::string& name_space, const NamespaceChange& change) {
  ASSIGN_OR_RETURN(Value database, GetDatabase(name_space));
  PropertyMap properties = DatabaseProperties(database);
  for (const std::string& key : change.removals) {
    if (key == kLocationProperty) {
      return Error(ErrorCode::kInvalidArgument,
                   "The location of a database can be changed, not removed");
    }
    properties.erase(key);
  }
  for (const auto& [key, value] : change.updates) {
    properties.insert_or_assign(key, value);
  }
  Value changed = WithProperties(std::move(database), properties);
  auto done = client_->Call(method::kAlterDatabase,
                            Arguments(Value::Text(name_space)).With(2, std::move(changed)),
                            Effect::kChange);
  if (done.has_value()) {
    return {};
  }
  Error error = TakeError(std::move(done));
  if (error.code() == ErrorCode::kNotFound) {
    return NoSuchNamespace(name_space);
  }
  return error.code() == kMetaException ? std::move(error).As(ErrorCode::kCommitStateUnknown)
                                        : std::move(error);
}

Status HiveStore::DeleteNamespace(const std::string& name_space) {
  RETURN_IF_ERROR(GetDatabase(name_space));
  // Neither its files nor what is in it.
  Value arguments =
      Arguments(Value::Text(name_space)).With(2, Value::Truth(false)).With(3, Value::Truth(false));
  auto dropped = client_->Call(method::kDropDatabase, arguments, Effect::kChange);
  if (dropped.has_value()) {
    return {};
  }
  Error error = TakeError(std::move(dropped));
  if (error.code() == ErrorCode::kNotFound) {
    return NoSuchNamespace(name_space);
  }
  if (error.code() == ErrorCode::kNamespaceNotEmpty) {
    return std::move(error).With("namespace", name_space);
  }
  if (error.code() == kMetaException) {
    auto exists = NamespaceExists(name_space);
    bool there = exists.has_value() && *exists;
    return there ? std::move(error).As(ErrorCode::kUnavailable)
                 : std::move(error).As(ErrorCode::kCommitStateUnknown);
  }
  return error;
}

}  // namespace firn::catalog::hive
