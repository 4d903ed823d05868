#include "server/service/views.h"

#include <utility>

#include <fmt/format.h>

#include "iceberg/view/apply_view_updates.h"
#include "server/service/commit_locks.h"
#include "server/service/locations.h"
#include "server/service/names.h"
#include "server/service/object_commit.h"
#include "server/service/stored_version.h"
#include "storage/location.h"

namespace firn::service {

using store::ObjectKind;

Result<store::Page<std::string>> ViewService::List(const CallContext& call,
                                                   const NamespacePath& name_space,
                                                   const store::PageRequest& page) {
  return environment_.store.ListObjects(call.warehouse.id, name_space, ObjectKind::kView, page,
                                        call.deadline);
}

Result<store::ObjectRef> ViewService::Find(const CallContext& call,
                                           const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(auto record, environment_.store.FindObject(call.warehouse.id, identifier,
                                                              ObjectKind::kView, call.deadline));
  if (!record) {
    return Error(ErrorCode::kNoSuchView,
                 fmt::format("View does not exist: {}", identifier.ToString()));
  }
  return record;
}

Result<MetadataEntryPtr> ViewService::Load(const CallContext& call,
                                           const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(store::ObjectRef record, Find(call, identifier));
  return LoadViewEntry(environment_, record->pointer.metadata_location);
}

Result<bool> ViewService::Exists(const CallContext& call, const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(auto record, environment_.store.FindObject(call.warehouse.id, identifier,
                                                              ObjectKind::kView, call.deadline));
  return record != nullptr;
}

Result<Answer<MetadataEntryPtr>> ViewService::Create(const CallContext& call,
                                                     const CreateViewRequest& request) {
  RETURN_IF_ERROR(CheckIdentifier(request.identifier, "view"));
  ASSIGN_OR_RETURN(store::NamespaceRecord name_space,
                   environment_.store.GetNamespace(call.warehouse.id, request.identifier.name_space,
                                                   call.deadline));
  ASSIGN_OR_RETURN(bool exists, Exists(call, request.identifier));
  if (exists && !call.idempotency) {
    return Error(ErrorCode::kAlreadyExists,
                 fmt::format("View already exists: {}", request.identifier.ToString()));
  }
  Uuid uuid = Uuid::Random();
  std::string location =
      request.location ? std::string(storage::TrimTrailingSlashes(*request.location))
                       : DefaultLocation(call.warehouse, name_space, request.identifier.name, uuid);
  RETURN_IF_ERROR(CheckAllowed(environment_, call.warehouse, location));
  ASSIGN_OR_RETURN(iceberg::ViewMetadataPtr metadata,
                   iceberg::NewViewMetadata({.schema = request.schema,
                                             .version = request.version,
                                             .location = std::move(location),
                                             .properties = request.properties,
                                             .uuid = uuid},
                                            environment_.clock.Now()));
  Uuid attempt = Uuid::TimeOrdered(environment_.clock.Now());
  ASSIGN_OR_RETURN(WrittenMetadata written, WriteViewMetadata(environment_, call.warehouse,
                                                              std::move(metadata), "", attempt));
  store::CreateObject create{request.identifier, ObjectKind::kView, written.pointer};
  return CommitOne(environment_, call, attempt, std::move(create), written);
}

Result<Answer<MetadataEntryPtr>> ViewService::Commit(const CallContext& call,
                                                     const ViewChange& change) {
  ASSIGN_OR_RETURN(store::ObjectRef record, Find(call, change.identifier));
  ASSIGN_OR_RETURN(CommitLocks::Held held,
                   environment_.locks.Acquire(std::span(&record->id, 1), call.deadline));
  return RetryLostRaces(environment_, call,
                        [&](const Uuid& attempt) { return TryCommit(call, change, attempt); });
}

Result<Answer<MetadataEntryPtr>> ViewService::TryCommit(const CallContext& call,
                                                        const ViewChange& change,
                                                        const Uuid& attempt) {
  ASSIGN_OR_RETURN(store::ObjectRef record, Find(call, change.identifier));
  ASSIGN_OR_RETURN(MetadataEntryPtr base,
                   LoadViewEntry(environment_, record->pointer.metadata_location));
  RETURN_IF_ERROR(iceberg::CheckViewRequirements(*base->view(), change.requirements));
  ASSIGN_OR_RETURN(
      iceberg::ViewMetadataPtr metadata,
      iceberg::ApplyViewUpdates(base->view(), change.updates, environment_.clock.Now()));
  if (metadata == base->view()) {
    return KeepAsItIs(call, base, attempt);
  }
  if (metadata->location != base->view()->location) {
    RETURN_IF_ERROR(CheckAllowed(environment_, call.warehouse, metadata->location));
  }
  ASSIGN_OR_RETURN(WrittenMetadata written,
                   WriteViewMetadata(environment_, call.warehouse, std::move(metadata),
                                     base->location(), attempt));
  store::SwapObject swap{.identifier = change.identifier,
                         .kind = ObjectKind::kView,
                         .id = record->id,
                         .expected_version = record->version,
                         .pointer = written.pointer};
  return CommitOne(environment_, call, attempt, std::move(swap), written);
}

Result<Answer<MetadataEntryPtr>> ViewService::KeepAsItIs(const CallContext& call,
                                                         MetadataEntryPtr base,
                                                         const Uuid& attempt) {
  if (!call.idempotency) {
    return base;
  }
  // Nothing changes, but the answer is kept under its key.
  ASSIGN_OR_RETURN(store::MutationResult result,
                   CommitFiles(environment_, call, attempt, {}, ReferenceTo(*base), {}));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  return base;
}

Result<Answer<MetadataEntryPtr>> ViewService::Register(const CallContext& call,
                                                       const TableIdentifier& identifier,
                                                       const std::string& metadata_location) {
  RETURN_IF_ERROR(CheckIdentifier(identifier, "view"));
  RETURN_IF_ERROR(
      environment_.store.GetNamespace(call.warehouse.id, identifier.name_space, call.deadline));
  RETURN_IF_ERROR(CheckAllowed(environment_, call.warehouse, metadata_location));
  ASSIGN_OR_RETURN(bool exists, Exists(call, identifier));
  if (exists && !call.idempotency) {
    return Error(ErrorCode::kAlreadyExists,
                 fmt::format("View already exists: {}", identifier.ToString()));
  }
  auto loaded = LoadViewEntry(environment_, metadata_location);
  if (!loaded.has_value() && loaded.error().code() == ErrorCode::kInvalidMetadata) {
    return TakeError(std::move(loaded)).As(ErrorCode::kInvalidArgument);  // the client named it
  }
  ASSIGN_OR_RETURN(MetadataEntryPtr entry, std::move(loaded));
  RETURN_IF_ERROR(CheckAllowed(environment_, call.warehouse, entry->view()->location));
  store::CommitObjects commit;
  commit.changes.emplace_back(store::CreateObject{identifier,
                                                  ObjectKind::kView,
                                                  {.metadata_location = metadata_location,
                                                   .location = entry->view()->location,
                                                   .uuid = entry->view()->uuid,
                                                   .format_version = entry->view()->format_version},
                                                  /*registers=*/true});
  ASSIGN_OR_RETURN(store::MutationResult result,
                   CommitFiles(environment_, call, Uuid::TimeOrdered(environment_.clock.Now()),
                               std::move(commit), ReferenceTo(*entry), {}));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  return entry;
}

Result<Answer<std::monostate>> ViewService::Drop(const CallContext& call,
                                                 const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(store::MutationResult result,
                   DropOne(environment_, call, Uuid::TimeOrdered(environment_.clock.Now()),
                           {.identifier = identifier, .kind = ObjectKind::kView}, ""));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  return std::monostate();
}

Result<Answer<std::monostate>> ViewService::Rename(const CallContext& call,
                                                   const TableIdentifier& from,
                                                   const TableIdentifier& to) {
  RETURN_IF_ERROR(CheckIdentifier(to, "view"));
  ASSIGN_OR_RETURN(store::MutationResult result,
                   environment_.store.Execute(store::RenameObject{from, to, ObjectKind::kView},
                                              MakeMutationContext(environment_, call, "")));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  return std::monostate();
}

}  // namespace firn::service
