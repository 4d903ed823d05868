// Register and unregister: tables that enter and leave the catalog with their files untouched.
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "iceberg/metadata/apply_updates.h"
#include "server/service/locations.h"
#include "server/service/names.h"
#include "server/service/object_commit.h"
#include "server/service/stored_version.h"
#include "server/service/tables.h"

namespace firn::service {

using store::ObjectKind;

Result<Answer<MetadataEntryPtr>> TableService::Register(const CallContext& call,
                                                        const TableIdentifier& identifier,
                                                        const std::string& metadata_location,
                                                        bool overwrite) {
  return RetryLostRaces(environment_, call, [&](const Uuid& attempt) {
    return TryRegister(call, {identifier, metadata_location, overwrite}, attempt);
  });
}

Result<Answer<MetadataEntryPtr>> TableService::TryRegister(const CallContext& call,
                                                           const Registration& registration,
                                                           const Uuid& attempt) {
  const auto& [identifier, metadata_location, overwrite] = registration;
  RETURN_IF_ERROR(CheckIdentifier(identifier, "table"));
  RETURN_IF_ERROR(
      environment_.store.GetNamespace(call.warehouse.id, identifier.name_space, call.deadline));
  RETURN_IF_ERROR(CheckAllowed(environment_, call.warehouse, metadata_location));
  ASSIGN_OR_RETURN(auto existing, environment_.store.FindObject(call.warehouse.id, identifier,
                                                                ObjectKind::kTable, call.deadline));
  if (existing && !overwrite && !call.idempotency) {
    return Error(ErrorCode::kAlreadyExists,
                 fmt::format("Table already exists: {}", identifier.ToString()));
  }
  auto loaded = LoadTableEntry(environment_, metadata_location);
  if (!loaded.has_value() && loaded.error().code() == ErrorCode::kInvalidMetadata) {
    return TakeError(std::move(loaded)).As(ErrorCode::kInvalidArgument);  // the client named it
  }
  ASSIGN_OR_RETURN(MetadataEntryPtr entry, std::move(loaded));
  RETURN_IF_ERROR(CheckAllowed(environment_, call.warehouse, entry->table()->location));
  std::vector<WrittenMetadata> written;
  if (entry->table()->uuid.empty()) {
    ASSIGN_OR_RETURN(WrittenMetadata named, GiveUuid(call, *entry, attempt));
    entry = named.entry;
    written.push_back(std::move(named));
  }
  store::ObjectPointer pointer = PointerTo(*entry->table(), entry->location());

  store::ObjectChange change =
      store::CreateObject{identifier, ObjectKind::kTable, pointer, /*registers=*/true};
  if (existing && overwrite) {
    change = store::SwapObject{.identifier = identifier,
                               .kind = ObjectKind::kTable,
                               .id = existing->id,
                               .expected_version = existing->version,
                               .pointer = pointer,
                               .replaces = true};
  }
  store::CommitObjects commit;
  commit.changes.push_back(std::move(change));
  // The given file is the client's: a failure does not delete it.
  ASSIGN_OR_RETURN(
      store::MutationResult result,
      CommitFiles(environment_, call, attempt, std::move(commit), ReferenceTo(*entry), written));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  return entry;
}

Result<WrittenMetadata> TableService::GiveUuid(const CallContext& call,
                                               const MetadataEntry& file,
                                               const Uuid& attempt) {
  const std::vector<iceberg::TableUpdate> updates = {
      iceberg::AssignUuid{Uuid::Random().ToString()}};
  ASSIGN_OR_RETURN(iceberg::TableMetadataPtr named,
                   iceberg::ApplyUpdates(file.table(), updates,
                                         {.now = environment_.clock.Now(),
                                          .base_metadata_location = file.location()}));
  return WriteTableMetadata(environment_, call.warehouse, std::move(named), file.location(),
                            attempt);
}

Result<Answer<MetadataEntryPtr>> TableService::Unregister(const CallContext& call,
                                                          const TableIdentifier& identifier) {
  return RetryLostRaces(environment_, call, [&](const Uuid& attempt) {
    return TryUnregister(call, identifier, attempt);
  });
}

Result<Answer<MetadataEntryPtr>> TableService::TryUnregister(const CallContext& call,
                                                             const TableIdentifier& identifier,
                                                             const Uuid& attempt) {
  ASSIGN_OR_RETURN(auto record, environment_.store.FindObject(call.warehouse.id, identifier,
                                                              ObjectKind::kTable, call.deadline));
  MetadataEntryPtr entry;
  std::string reference;
  store::DropObject drop{.identifier = identifier, .kind = ObjectKind::kTable};
  if (record) {
    ASSIGN_OR_RETURN(entry, LoadTableEntry(environment_, record->pointer.metadata_location));
    reference = ReferenceTo(*entry);
    drop.expected_version = record->version;
  }
  ASSIGN_OR_RETURN(store::MutationResult result,
                   DropOne(environment_, call, attempt, std::move(drop), std::move(reference)));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  return entry;
}

}  // namespace firn::service
