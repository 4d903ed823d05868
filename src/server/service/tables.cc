#include "server/service/tables.h"

#include <utility>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "iceberg/metadata/new_table.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "server/service/locations.h"
#include "server/service/names.h"
#include "server/service/object_commit.h"
#include "server/service/purge_payload.h"
#include "storage/location.h"

namespace firn::service {

using store::ObjectKind;

Error NoSuchTable(const TableIdentifier& identifier) {
  return Error(ErrorCode::kNoSuchTable,
               fmt::format("Table does not exist: {}", identifier.ToString()));
}

Status MakeTableFolders(const Environment& environment, const std::string& location) {
  RETURN_IF_ERROR(environment.objects.EnsureDirectory(storage::JoinLocation(location, "metadata")));
  return environment.objects.EnsureDirectory(storage::JoinLocation(location, "data"));
}

Result<store::Page<std::string>> TableService::List(const CallContext& call,
                                                    const NamespacePath& name_space,
                                                    const store::PageRequest& page) {
  return environment_.store.ListObjects(call.warehouse.id, name_space, ObjectKind::kTable, page,
                                        call.deadline);
}

Result<store::ObjectRef> TableService::Find(const CallContext& call,
                                            const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(auto record, environment_.store.FindObject(call.warehouse.id, identifier,
                                                              ObjectKind::kTable, call.deadline));
  if (!record) {
    return NoSuchTable(identifier);
  }
  return record;
}

Result<MetadataEntryPtr> TableService::Load(const CallContext& call,
                                            const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(store::ObjectRef record, Find(call, identifier));
  return LoadTableEntry(environment_, record->pointer.metadata_location);
}

MetadataEntryPtr TableService::LoadCached(const CallContext& call,
                                          const TableIdentifier& identifier) {
  auto record =
      environment_.store.FindCachedObject(call.warehouse.id, identifier, ObjectKind::kTable);
  if (!record) {
    return nullptr;
  }
  MetadataEntryPtr entry = environment_.cache.Find(record->pointer.metadata_location);
  return entry != nullptr && SeenThere(environment_, *entry) ? entry : nullptr;
}

Result<bool> TableService::Exists(const CallContext& call, const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(auto record, environment_.store.FindObject(call.warehouse.id, identifier,
                                                              ObjectKind::kTable, call.deadline));
  return record != nullptr;
}

Result<iceberg::TableMetadataPtr> TableService::NewMetadata(const CallContext& call,
                                                            const CreateTableRequest& request) {
  RETURN_IF_ERROR(CheckIdentifier(request.identifier, "table"));
  ASSIGN_OR_RETURN(store::NamespaceRecord name_space,
                   environment_.store.GetNamespace(call.warehouse.id, request.identifier.name_space,
                                                   call.deadline));
  Uuid uuid = Uuid::Random();
  std::string location;
  if (request.location) {
    location = storage::TrimTrailingSlashes(*request.location);
  } else {
    location = DefaultLocation(call.warehouse, name_space, request.identifier.name, uuid);
  }
  RETURN_IF_ERROR(CheckAllowed(environment_, call.warehouse, location));
  return iceberg::NewTableMetadata({.schema = request.schema,
                                    .spec = request.spec,
                                    .order = request.order,
                                    .location = std::move(location),
                                    .properties = request.properties,
                                    .uuid = uuid},
                                   environment_.clock.Now());
}

Result<Answer<MetadataEntryPtr>> TableService::Create(const CallContext& call,
                                                      const CreateTableRequest& request) {
  ASSIGN_OR_RETURN(iceberg::TableMetadataPtr metadata, NewMetadata(call, request));
  // Told here as well, so that the common mistake costs no file; the transaction decides.
  ASSIGN_OR_RETURN(bool exists, Exists(call, request.identifier));
  if (exists && !call.idempotency) {
    return Error(ErrorCode::kAlreadyExists,
                 fmt::format("Table already exists: {}", request.identifier.ToString()));
  }
  Uuid attempt = Uuid::TimeOrdered(environment_.clock.Now());
  ASSIGN_OR_RETURN(WrittenMetadata written,
                   WriteTableMetadata(environment_, call.warehouse, metadata, "", attempt));
  store::CreateObject create{request.identifier, ObjectKind::kTable, written.pointer};
  ASSIGN_OR_RETURN(auto answer, CommitOne(environment_, call, attempt, std::move(create), written));
  if (std::holds_alternative<MetadataEntryPtr>(answer)) {
    // After the commit, so that who loses leaves none. The table is there whether or not they are.
    static_cast<void>(MakeTableFolders(environment_, metadata->location));
  }
  return answer;
}

Result<Answer<iceberg::TableMetadataPtr>> TableService::Stage(const CallContext& call,
                                                              const CreateTableRequest& request) {
  ASSIGN_OR_RETURN(iceberg::TableMetadataPtr metadata, NewMetadata(call, request));
  ASSIGN_OR_RETURN(bool exists, Exists(call, request.identifier));
  if (exists) {
    return Error(ErrorCode::kAlreadyExists,
                 fmt::format("Table already exists: {}", request.identifier.ToString()));
  }
  // Before anything is kept: may this server go there at all?
  RETURN_IF_ERROR(environment_.objects.Exists(metadata->location));
  store::StageTable stage{.identifier = request.identifier,
                          .uuid = metadata->uuid,
                          .location = metadata->location,
                          .expires_at = TimestampMs(environment_.clock.Now().value() +
                                                    environment_.options.stage_lifetime.count())};
  ASSIGN_OR_RETURN(
      store::MutationResult result,
      environment_.store.Execute(
          stage, MakeMutationContext(environment_, call, iceberg::PrintTableMetadata(*metadata))));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  RETURN_IF_ERROR(MakeTableFolders(environment_, metadata->location));
  return metadata;
}

Result<Answer<std::monostate>> TableService::Drop(const CallContext& call,
                                                  const TableIdentifier& identifier,
                                                  bool purge) {
  return RetryLostRaces(environment_, call, [&](const Uuid& attempt) {
    return TryDrop(call, identifier, purge, attempt);
  });
}

Result<Answer<std::monostate>> TableService::TryDrop(const CallContext& call,
                                                     const TableIdentifier& identifier,
                                                     bool purge,
                                                     const Uuid& attempt) {
  store::DropObject drop{.identifier = identifier, .kind = ObjectKind::kTable};
  if (purge) {
    ASSIGN_OR_RETURN(auto record, environment_.store.FindObject(call.warehouse.id, identifier,
                                                                ObjectKind::kTable, call.deadline));
    if (record) {
      drop.expected_version = record->version;
      drop.purge = store::NewJob{
          .kind = std::string(kPurgeJobKind),
          .payload = PrintPurgePayload({.metadata_location = record->pointer.metadata_location,
                                        .location = record->pointer.location,
                                        .uuid = record->pointer.uuid}),
          .run_after = TimestampMs(environment_.clock.Now().value() +
                                   environment_.options.purge_delay.count())};
    }
  }
  ASSIGN_OR_RETURN(store::MutationResult result,
                   DropOne(environment_, call, attempt, std::move(drop), ""));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  return std::monostate();
}

Result<Answer<std::monostate>> TableService::Rename(const CallContext& call,
                                                    const TableIdentifier& from,
                                                    const TableIdentifier& to) {
  RETURN_IF_ERROR(CheckIdentifier(to, "table"));
  ASSIGN_OR_RETURN(store::MutationResult result,
                   environment_.store.Execute(store::RenameObject{from, to, ObjectKind::kTable},
                                              MakeMutationContext(environment_, call, "")));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  return std::monostate();
}

Result<Answer<std::monostate>> TableService::SaveMetricsReport(
    const CallContext& call, const store::SaveMetricsReport& report) {
  ASSIGN_OR_RETURN(store::MutationResult result,
                   environment_.store.Execute(report, MakeMutationContext(environment_, call, "")));
  if (result.replayed) {
    return *std::move(result.replayed);
  }
  return std::monostate();
}

}  // namespace firn::service
