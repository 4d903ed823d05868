#include "catalog/pointer/pointer_catalog.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/uuid.h"
#include "catalog/pointer/metadata_store.h"
#include "catalog/pointer/pointer_errors.h"
#include "catalog/pointer/purge.h"
#include "catalog/pointer/view_store.h"
#include "iceberg/metadata/apply_updates.h"
#include "iceberg/metadata/new_table.h"
#include "storage/location.h"
#include "storage/table_location.h"

namespace firn::catalog::pointer {
namespace {

constexpr std::string_view kLocationProperty = "location";

Error NoSuchTable(const TableIdentifier& identifier) {
  return Error(ErrorCode::kNoSuchTable,
               fmt::format("Table does not exist: {}", identifier.ToString()));
}

Status CheckName(std::string_view name) {
  if (name.empty() || name.contains('\0')) {
    return Error(ErrorCode::kInvalidArgument, "The name of a table or view is empty");
  }
  return {};
}

std::vector<TableIdentifier> IdentifiersOf(const NamespacePath& name_space,
                                           std::vector<std::string> names) {
  std::vector<TableIdentifier> identifiers;
  identifiers.reserve(names.size());
  for (std::string& name : names) {
    identifiers.push_back({name_space, std::move(name)});
  }
  std::ranges::sort(identifiers);
  return identifiers;
}

/// Of a metadata file that the caller named: a broken one is a wrong argument.
template <class Metadata>
Result<Metadata> OfArgument(Result<Metadata> metadata) {
  if (!metadata.has_value() && metadata.error().code() == ErrorCode::kInvalidMetadata) {
    return TakeError(std::move(metadata)).As(ErrorCode::kInvalidArgument);
  }
  return metadata;
}

/// What nobody has: no key of it can be made.
bool IsNoKey(const Error& error) { return error.code() == ErrorCode::kInvalidArgument; }

bool LogHolds(const iceberg::TableMetadata& metadata, const std::string& location) {
  return metadata.metadata_log.FindLast([&](const iceberg::MetadataLogEntry& entry) {
    return entry.metadata_file == location;
  }) != nullptr;
}

Error Unknown(const std::string& metadata_location) {
  return Error(ErrorCode::kCommitStateUnknown,
               "The catalog's store did not say what became of a change: it may have happened")
      .With("metadata file", metadata_location);
}

Error LostRace() { return Error(ErrorCode::kLostRace, "Another commit came first"); }

Error NotDone() {
  return Error(ErrorCode::kUnavailable, "The catalog's store failed; nothing was changed");
}

}  // namespace

PointerCatalog::PointerCatalog(std::unique_ptr<PointerStore> store,
                               std::string warehouse,
                               std::shared_ptr<storage::ObjectStore> files,
                               const Clock& clock)
    : store_(std::move(store)),
      warehouse_(std::move(warehouse)),
      files_(std::move(files)),
      clock_(clock) {}

Result<TableKey> PointerCatalog::KeyOf(const TableIdentifier& identifier) const {
  RETURN_IF_ERROR(CheckName(identifier.name));
  ASSIGN_OR_RETURN(std::string name_space, store_->NamespaceKey(identifier.name_space));
  return TableKey{std::move(name_space), identifier.name};
}

Result<std::vector<NamespacePath>> PointerCatalog::ListNamespaces(const NamespacePath& parent) {
  std::string key;
  if (!parent.empty()) {
    ASSIGN_OR_RETURN(key, store_->NamespaceKey(parent));
    ASSIGN_OR_RETURN(bool exists, store_->NamespaceExists(key));
    if (!exists) {
      return Error(ErrorCode::kNoSuchNamespace,
                   fmt::format("Namespace does not exist: {}", parent.ToString()));
    }
  }
  ASSIGN_OR_RETURN(auto children, store_->ChildNamespaces(key));
  std::vector<NamespacePath> paths;
  for (const std::string& child : children) {
    paths.push_back(parent);
    paths.back().levels.push_back(child);
  }
  return paths;
}

Result<bool> PointerCatalog::NamespaceExists(const NamespacePath& path) {
  auto key = store_->NamespaceKey(path);
  return key.has_value() ? store_->NamespaceExists(*key) : Result<bool>(false);
}

Result<PropertyMap> PointerCatalog::LoadNamespace(const NamespacePath& path) {
  ASSIGN_OR_RETURN(std::string key, store_->NamespaceKey(path));
  ASSIGN_OR_RETURN(bool exists, store_->NamespaceExists(key));
  if (!exists) {
    return Error(ErrorCode::kNoSuchNamespace,
                 fmt::format("Namespace does not exist: {}", path.ToString()));
  }
  return store_->NamespaceProperties(key);
}

Status PointerCatalog::CreateNamespace(const NamespacePath& path, const PropertyMap& properties) {
  ASSIGN_OR_RETURN(std::string key, store_->NamespaceKey(path));
  RETURN_IF_ERROR(store_->CheckProperties(properties));
  return store_->InsertNamespace(key, properties);
}

Status PointerCatalog::UpdateNamespace(const NamespacePath& path, const NamespaceChange& change) {
  ASSIGN_OR_RETURN(std::string key, store_->NamespaceKey(path));
  RETURN_IF_ERROR(store_->CheckProperties(change.updates));
  for (const std::string& name : change.removals) {
    if (change.updates.contains(name)) {
      return Error(ErrorCode::kUnprocessable,
                   fmt::format("The property {} is both set and removed", name));
    }
  }
  return store_->UpdateNamespace(key, change);
}

Status PointerCatalog::DropNamespace(const NamespacePath& path) {
  ASSIGN_OR_RETURN(std::string key, store_->NamespaceKey(path));
  return store_->DeleteNamespace(key);
}

Result<std::vector<TableIdentifier>> PointerCatalog::ListTables(const NamespacePath& name_space) {
  ASSIGN_OR_RETURN(std::string key, store_->NamespaceKey(name_space));
  ASSIGN_OR_RETURN(auto names, store_->TableNames(key));
  return IdentifiersOf(name_space, std::move(names));
}

Result<bool> PointerCatalog::TableExists(const TableIdentifier& identifier) {
  auto key = KeyOf(identifier);
  if (!key.has_value() && IsNoKey(key.error())) {
    return false;
  }
  ASSIGN_OR_RETURN(auto found, store_->FindTable(*key));
  return found.has_value();
}

Result<table::Table> PointerCatalog::Load(const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(TableKey key, KeyOf(identifier));
  ASSIGN_OR_RETURN(auto found, store_->FindTable(key));
  if (!found) {
    return NoSuchTable(identifier);
  }
  ASSIGN_OR_RETURN(auto metadata, ReadMetadata(*files_, found->metadata_location));
  return HandleOf(identifier, std::move(found->metadata_location), std::move(metadata));
}

Result<std::string> PointerCatalog::LocationFor(const TableIdentifier& identifier,
                                                const NewTable& table,
                                                const Uuid& uuid) {
  if (table.location) {
    RETURN_IF_ERROR(storage::Location::Parse(*table.location));
    return std::string(storage::TrimTrailingSlashes(*table.location));
  }
  ASSIGN_OR_RETURN(PropertyMap properties, LoadNamespace(identifier.name_space));
  auto own = properties.find(std::string(kLocationProperty));
  if (own == properties.end() && warehouse_.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 "The namespace has no location: the catalog needs the key warehouse");
  }
  std::string base = own != properties.end()
                         ? own->second
                         : storage::DefaultNamespaceLocation(warehouse_, identifier.name_space);
  return storage::DefaultTableLocation(base, identifier.name, uuid);
}

Result<table::Table> PointerCatalog::CreateTable(const TableIdentifier& identifier,
                                                 const NewTable& table) {
  ASSIGN_OR_RETURN(TableKey key, KeyOf(identifier));
  // Told here as well, so that the common mistakes cost no file; the transaction decides.
  RETURN_IF_ERROR(LoadNamespace(identifier.name_space));
  ASSIGN_OR_RETURN(bool exists, TableExists(identifier));
  if (exists) {
    return Error(ErrorCode::kAlreadyExists,
                 fmt::format("Table already exists: {}", identifier.ToString()));
  }
  Uuid uuid = Uuid::Random();
  ASSIGN_OR_RETURN(std::string location, LocationFor(identifier, table, uuid));
  ASSIGN_OR_RETURN(auto metadata, iceberg::NewTableMetadata({.schema = table.schema,
                                                             .spec = table.spec,
                                                             .order = table.order,
                                                             .location = std::move(location),
                                                             .properties = table.properties,
                                                             .uuid = uuid},
                                                            clock_.Now()));
  ASSIGN_OR_RETURN(std::string file, WriteMetadata(*files_, *metadata, ""));
  Status inserted = Insert(key, {file, *metadata});
  if (!inserted.has_value()) {
    if (inserted.error().code() != ErrorCode::kCommitStateUnknown) {
      static_cast<void>(files_->Delete(file));  // nothing names it and nothing will
    }
    return TakeError(std::move(inserted));
  }
  return HandleOf(identifier, std::move(file), std::move(metadata));
}

Result<table::Table> PointerCatalog::RegisterTable(const TableIdentifier& identifier,
                                                   const std::string& metadata_location) {
  ASSIGN_OR_RETURN(TableKey key, KeyOf(identifier));
  ASSIGN_OR_RETURN(auto metadata, OfArgument(ReadMetadata(*files_, metadata_location)));
  RETURN_IF_ERROR(Insert(key, {metadata_location, *metadata}));
  return HandleOf(identifier, metadata_location, std::move(metadata));
}

Status PointerCatalog::RenameTable(const TableIdentifier& from, const TableIdentifier& to) {
  ASSIGN_OR_RETURN(TableKey from_key, KeyOf(from));
  ASSIGN_OR_RETURN(TableKey to_key, KeyOf(to));
  return store_->RenameTable(from_key, to_key);
}

Status PointerCatalog::DropTable(const TableIdentifier& identifier, DropMode mode) {
  ASSIGN_OR_RETURN(TableKey key, KeyOf(identifier));
  return mode == DropMode::kPurge ? Purge(identifier) : store_->DeleteTable(key);
}

Status PointerCatalog::Purge(const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(TableKey key, KeyOf(identifier));
  for (int races = 0; races <= kMaxLostRaces; ++races) {
    ASSIGN_OR_RETURN(table::Table table, Load(identifier));
    ASSIGN_OR_RETURN(auto owned, OwnedFiles(*files_, *table.metadata, table.metadata_location));
    ASSIGN_OR_RETURN(PointerChange dropped, store_->DeleteTableAlone(key, table.metadata_location,
                                                                     table.metadata->location));
    if (dropped == PointerChange::kShared) {
      return Error(ErrorCode::kCommitConflict,
                   fmt::format("Another table keeps its metadata beside or below that of {}: the "
                               "table is not dropped",
                               identifier.ToString()));
    }
    if (dropped == PointerChange::kDone) {
      DeleteOwned(*files_, owned, table.metadata->location);
      return {};
    }
  }
  return Error(ErrorCode::kUnavailable, "The table changes too fast to be dropped");
}

Result<table::Table> PointerCatalog::Commit(const table::Table& base,
                                            const table::TableChange& change) {
  ASSIGN_OR_RETURN(TableKey key, KeyOf(base.identifier));
  for (int races = 0; races <= kMaxLostRaces; ++races) {
    ASSIGN_OR_RETURN(auto found, store_->FindTable(key));
    if (!found) {
      return NoSuchTable(base.identifier);
    }
    table::Table current = base;
    if (found->metadata_location != base.metadata_location) {
      ASSIGN_OR_RETURN(current, Load(base.identifier));
    }
    auto committed = TryCommit(current, change);
    if (committed.has_value() || committed.error().code() != ErrorCode::kLostRace) {
      return committed;
    }
  }
  return Error(ErrorCode::kCommitConflict, "Other commits came first");
}

Result<table::Table> PointerCatalog::TryCommit(const table::Table& base,
                                               const table::TableChange& change) {
  RETURN_IF_ERROR(iceberg::CheckRequirements(base.metadata.get(), change.requirements));
  // Another machine's clock may be ahead of ours.
  TimestampMs now = std::max(clock_.Now(), base.metadata->last_updated);
  ASSIGN_OR_RETURN(
      auto metadata,
      iceberg::ApplyUpdates(base.metadata, change.updates,
                            {.now = now, .base_metadata_location = base.metadata_location}));
  if (metadata == base.metadata) {
    return base;
  }
  ASSIGN_OR_RETURN(TableKey key, KeyOf(base.identifier));
  ASSIGN_OR_RETURN(std::string file, WriteMetadata(*files_, *metadata, base.metadata_location));
  RETURN_IF_ERROR(Swap(key, base.metadata_location, {file, *metadata}));
  DeleteOldMetadata(*files_, *base.metadata, *metadata);
  return HandleOf(base.identifier, std::move(file), std::move(metadata));
}

Status PointerCatalog::Swap(const TableKey& key, const std::string& from, const NewPointer& to) {
  auto swapped = store_->SwapTable(key, from, to);
  if (swapped.has_value() && *swapped == PointerChange::kDone) {
    return {};
  }
  bool passed = swapped.has_value() && *swapped == PointerChange::kPassed;
  Error error = swapped.has_value() ? LostRace() : TakeError(std::move(swapped));
  if (passed || error.code() == ErrorCode::kCommitStateUnknown) {
    switch (passed ? SettlePassed(key, from, to.metadata_location)
                   : Settle(key, from, to.metadata_location)) {
      case Settled::kDone:
        return {};
      case Settled::kUnknown:
        return Unknown(to.metadata_location);
      case Settled::kNotDone:
        error = passed ? LostRace() : NotDone();
    }
  }
  static_cast<void>(files_->Delete(to.metadata_location));  // nothing names it and nothing will
  return error;
}

Status PointerCatalog::Insert(const TableKey& key, const NewPointer& to) {
  Status inserted = store_->InsertTable(key, to);
  if (inserted.has_value() || inserted.error().code() != ErrorCode::kCommitStateUnknown) {
    return inserted;
  }
  switch (Settle(key, "", to.metadata_location)) {
    case Settled::kDone:
      return {};
    case Settled::kNotDone:
      return NotDone();
    case Settled::kUnknown:
      break;
  }
  return Unknown(to.metadata_location);
}

PointerCatalog::Settled PointerCatalog::Settle(const TableKey& key,
                                               const std::string& from,
                                               const std::string& to) {
  Late late = Late::kCannotCome;
  auto found = store_->FindTableSettled(key);
  if (!found.has_value() && found.error().code() == ErrorCode::kUnsupported) {
    late = Late::kMayCome;
    found = store_->FindTable(key);
  }
  return found.has_value() ? Judge(*found, from, to, late) : Settled::kUnknown;
}

PointerCatalog::Settled PointerCatalog::SettlePassed(const TableKey& key,
                                                     const std::string& from,
                                                     const std::string& to) {
  auto found = store_->FindTable(key);
  return found.has_value() ? Judge(*found, from, to, Late::kCannotCome) : Settled::kUnknown;
}

PointerCatalog::Settled PointerCatalog::Judge(const std::optional<TablePointer>& found,
                                              const std::string& from,
                                              const std::string& to,
                                              Late late) {
  if (!found) {
    return Settled::kUnknown;  // it may have been renamed or dropped after our commit
  }
  if (found->metadata_location == to || found->previous_metadata_location == to) {
    return Settled::kDone;
  }
  if (found->metadata_location == from) {
    return late == Late::kMayCome ? Settled::kUnknown : Settled::kNotDone;
  }
  auto metadata = ReadMetadata(*files_, found->metadata_location);
  if (!metadata.has_value()) {
    return Settled::kUnknown;
  }
  if (LogHolds(**metadata, to)) {
    return Settled::kDone;
  }
  // The way from our base to where the table is now went without us.
  bool went_without = !from.empty() && LogHolds(**metadata, from) && late == Late::kCannotCome;
  return went_without ? Settled::kNotDone : Settled::kUnknown;
}

Result<std::vector<TableIdentifier>> PointerCatalog::ListViews(const NamespacePath& name_space) {
  ASSIGN_OR_RETURN(ViewStore * views, store_->Views());
  ASSIGN_OR_RETURN(std::string key, store_->NamespaceKey(name_space));
  ASSIGN_OR_RETURN(auto names, views->ViewNames(key));
  return IdentifiersOf(name_space, std::move(names));
}

Result<bool> PointerCatalog::ViewExists(const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(ViewStore * views, store_->Views());
  auto key = KeyOf(identifier);
  if (!key.has_value() && IsNoKey(key.error())) {
    return false;
  }
  ASSIGN_OR_RETURN(auto found, views->FindView(*key));
  return found.has_value();
}

Result<View> PointerCatalog::LoadView(const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(ViewStore * views, store_->Views());
  ASSIGN_OR_RETURN(TableKey key, KeyOf(identifier));
  ASSIGN_OR_RETURN(auto found, views->FindView(key));
  if (!found) {
    return NoSuch(Kind::kView, key);
  }
  ASSIGN_OR_RETURN(auto metadata, ReadViewMetadata(*files_, found->metadata_location));
  return View{identifier, std::move(found->metadata_location), std::move(metadata)};
}

Result<View> PointerCatalog::RegisterView(const TableIdentifier& identifier,
                                          const std::string& metadata_location) {
  ASSIGN_OR_RETURN(ViewStore * views, store_->Views());
  ASSIGN_OR_RETURN(TableKey key, KeyOf(identifier));
  // A place that has no views after all says so before the file is read.
  RETURN_IF_ERROR(views->FindView(key));
  ASSIGN_OR_RETURN(auto metadata, OfArgument(ReadViewMetadata(*files_, metadata_location)));
  Status inserted = views->InsertView(key, {metadata_location, *metadata});
  if (!inserted.has_value()) {
    Error error = TakeError(std::move(inserted));
    if (error.code() != ErrorCode::kCommitStateUnknown) {
      return error;
    }
    auto found = views->FindView(key);
    if (!found.has_value() || !*found || (*found)->metadata_location != metadata_location) {
      return Unknown(metadata_location);
    }
  }
  return View{identifier, metadata_location, std::move(metadata)};
}

Status PointerCatalog::RenameView(const TableIdentifier& from, const TableIdentifier& to) {
  ASSIGN_OR_RETURN(ViewStore * views, store_->Views());
  ASSIGN_OR_RETURN(TableKey from_key, KeyOf(from));
  ASSIGN_OR_RETURN(TableKey to_key, KeyOf(to));
  return views->RenameView(from_key, to_key);
}

Status PointerCatalog::DropView(const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(ViewStore * views, store_->Views());
  ASSIGN_OR_RETURN(TableKey key, KeyOf(identifier));
  return views->DeleteView(key);
}

table::Table PointerCatalog::HandleOf(const TableIdentifier& identifier,
                                      std::string metadata_location,
                                      iceberg::TableMetadataPtr metadata) const {
  return {.identifier = identifier,
          .metadata_location = std::move(metadata_location),
          .metadata = std::move(metadata),
          .files = files_,
          .config = {}};
}

}  // namespace firn::catalog::pointer
