#include "server/service/warehouses.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "server/service/names.h"
#include "storage/location.h"

namespace firn::service {
namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

/// What a replayed creation is rendered from.
std::string Reference(const store::CreateWarehouse& create) {
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject()
      .Field("name", create.name)
      .Field("location", create.location)
      .Field("default", create.is_default)
      .Key("properties")
      .BeginObject();
  for (const auto& [key, value] : create.properties) {
    writer.Field(key, value);
  }
  writer.EndObject().EndObject();
  return json;
}

store::MutationContext ContextOf(const CallContext& call, TimestampMs now, std::string reference) {
  store::MutationContext context;
  context.principal = call.principal;
  context.request_id = call.request_id;
  context.now = now;
  context.deadline = call.deadline;
  context.attempt = Uuid::TimeOrdered(now);
  context.idempotency = call.idempotency;
  context.outcome = {.http_status = call.success_status, .reference = std::move(reference)};
  return context;
}

Error NoSuchWarehouse(std::string_view name) {
  return Error(ErrorCode::kNoSuchWarehouse, fmt::format("Warehouse does not exist: {}", name));
}

}  // namespace

Status CheckWarehouseName(std::string_view name) {
  constexpr size_t kMaxLength = 63;
  bool well_formed = !name.empty() && name.size() <= kMaxLength &&
                     std::all_of(name.begin(), name.end(), IsNameCharacter);
  if (!well_formed || name == "." || name == "..") {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Invalid warehouse name {}: 1 to {} letters, digits, '.', '_' or '-'",
                             name, kMaxLength));
  }
  if (std::ranges::find(kReservedWords, name) != kReservedWords.end()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Invalid warehouse name: {} is reserved", name));
  }
  return {};
}

Status WarehouseDirectory::Open(const std::string& default_name,
                                const std::string& default_location,
                                TimestampMs now) {
  RETURN_IF_ERROR(Refresh(kNoDeadline));
  if (Default().has_value()) {
    return {};
  }
  CallContext call;
  call.principal = "firn";
  auto created =
      Create(call, {.name = default_name, .location = default_location, .is_default = true}, now);
  return created.has_value() ? Status() : Status(TakeError(std::move(created)));
}

Result<store::WarehouseRecord> WarehouseDirectory::Default() const {
  auto list = list_.load();
  auto found = std::find_if(list->begin(), list->end(), [](const auto& w) { return w.is_default; });
  if (found == list->end()) {
    return NoSuchWarehouse("default");
  }
  return *found;
}

Result<store::WarehouseRecord> WarehouseDirectory::FindByName(std::string_view name) const {
  auto list = list_.load();
  auto found =
      std::find_if(list->begin(), list->end(), [&](const auto& w) { return w.name == name; });
  if (found == list->end()) {
    return NoSuchWarehouse(name);
  }
  return *found;
}

Result<store::WarehouseRecord> WarehouseDirectory::FindByNameOrLocation(
    std::string_view text) const {
  if (auto by_name = FindByName(text); by_name.has_value()) {
    return by_name;
  }
  auto wanted = storage::Location::Parse(text);
  if (!wanted.has_value()) {
    return NoSuchWarehouse(text);
  }
  auto list = list_.load();
  for (const store::WarehouseRecord& warehouse : *list) {
    auto location = storage::Location::Parse(warehouse.location);
    if (location.has_value() && *location == *wanted) {
      return warehouse;
    }
  }
  return NoSuchWarehouse(text);
}

Result<std::unique_lock<DeadlineMutex>> WarehouseDirectory::Lock(MonotonicTime deadline) {
  std::unique_lock lock(mutex_, deadline);
  if (!lock.owns_lock()) {
    return Error(ErrorCode::kDeadlineExceeded, "Another warehouse is being created or dropped");
  }
  if (behind_) {
    RETURN_IF_ERROR(Refresh(deadline));
  }
  return lock;
}

Result<store::MutationResult> WarehouseDirectory::Execute(const store::Mutation& mutation,
                                                          const store::MutationContext& context) {
  auto result = store_.Execute(mutation, context);
  behind_ = !result.has_value() && result.error().code() == ErrorCode::kCommitStateUnknown;
  return result;
}

Status WarehouseDirectory::CheckFree(const store::CreateWarehouse& create) const {
  ASSIGN_OR_RETURN(storage::Location location, storage::Location::Parse(create.location));
  auto list = list_.load();
  for (const store::WarehouseRecord& other : *list) {
    if (other.name == create.name) {
      return Error(ErrorCode::kAlreadyExists,
                   fmt::format("Warehouse already exists: {}", create.name));
    }
    auto taken = storage::Location::Parse(other.location);
    if (taken.has_value() && storage::Overlap(*taken, location)) {
      return Error(ErrorCode::kAlreadyExists,
                   fmt::format("Warehouse location {} overlaps that of warehouse {}",
                               create.location, other.name));
    }
  }
  if (list->size() >= kMaxWarehouses) {
    return Error(ErrorCode::kConflict,
                 fmt::format("There are {} warehouses already, the most there may be: drop one",
                             kMaxWarehouses));
  }
  return {};
}

Result<Answer<store::WarehouseRecord>> WarehouseDirectory::Create(
    const CallContext& call, const store::CreateWarehouse& create, TimestampMs now) {
  RETURN_IF_ERROR(CheckWarehouseName(create.name));
  ASSIGN_OR_RETURN(auto lock, Lock(call.deadline));
  RETURN_IF_ERROR(CheckFree(create));
  RETURN_IF_ERROR(prepare_(create.location));
  store::CreateWarehouse checked = create;
  checked.location = storage::TrimTrailingSlashes(create.location);
  ASSIGN_OR_RETURN(store::MutationResult result,
                   Execute(checked, ContextOf(call, now, Reference(checked))));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  List list = *list_.load();
  for (store::WarehouseRecord& other : list) {
    other.is_default = other.is_default && !create.is_default;
  }
  list.push_back(*result.warehouse);
  std::ranges::sort(list, {}, &store::WarehouseRecord::name);
  list_.store(std::make_shared<const List>(std::move(list)));
  return *std::move(result.warehouse);
}

Result<Answer<std::monostate>> WarehouseDirectory::Drop(const CallContext& call,
                                                        const std::string& name,
                                                        TimestampMs now) {
  ASSIGN_OR_RETURN(auto lock, Lock(call.deadline));
  ASSIGN_OR_RETURN(store::WarehouseRecord warehouse, FindByName(name));
  if (warehouse.is_default) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Warehouse {} is the default one and cannot be dropped", name));
  }
  ASSIGN_OR_RETURN(store::MutationResult result,
                   Execute(store::DropWarehouse{name}, ContextOf(call, now, "")));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  List list = *list_.load();
  std::erase_if(list, [&](const store::WarehouseRecord& other) { return other.name == name; });
  list_.store(std::make_shared<const List>(std::move(list)));
  return std::monostate();
}

Status WarehouseDirectory::Refresh(MonotonicTime deadline) {
  ASSIGN_OR_RETURN(List list, store_.ListWarehouses(deadline));
  list_.store(std::make_shared<const List>(std::move(list)));
  behind_ = false;
  return {};
}

}  // namespace firn::service
