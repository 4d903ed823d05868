#include "catalog/sql/sql_catalog.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/uuid.h"
#include "catalog/sql/catalog_layout.h"
#include "catalog/sql/metadata_store.h"
#include "catalog/sql/postgres_database.h"
#include "catalog/sql/purge.h"
#include "catalog/sql/sqlite_connection.h"
#include "iceberg/metadata/apply_updates.h"
#include "iceberg/metadata/new_table.h"
#include "storage/location.h"
#include "storage/table_location.h"

namespace firn::catalog::sql {
namespace {

constexpr std::string_view kLocationProperty = "location";

Error NoSuchTable(const TableIdentifier& identifier) {
  return Error(ErrorCode::kNoSuchTable,
               fmt::format("Table does not exist: {}", identifier.ToString()));
}

Status CheckName(std::string_view name, std::string_view what) {
  if (name.empty() || name.contains('\0')) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("The name of a {} is empty", what));
  }
  return {};
}

/// The levels joined by dots: a level that holds one would be read as two.
Result<std::string> KeyOf(const NamespacePath& path) {
  if (path.empty()) {
    return Error(ErrorCode::kInvalidArgument, "The namespace has no name");
  }
  for (const std::string& level : path.levels) {
    RETURN_IF_ERROR(CheckName(level, "namespace"));
    if (level.contains('.')) {
      return Error(ErrorCode::kInvalidArgument,
                   "An SQL catalog holds no namespace with a dot in its name")
          .With("namespace", level);
    }
  }
  return path.ToString();
}

Result<TableKey> KeyOf(const TableIdentifier& identifier) {
  RETURN_IF_ERROR(CheckName(identifier.name, "table"));
  ASSIGN_OR_RETURN(std::string name_space, KeyOf(identifier.name_space));
  return TableKey{std::move(name_space), identifier.name};
}

/// The table that nobody has: no key of it can be made.
bool IsNoKey(const Error& error) { return error.code() == ErrorCode::kInvalidArgument; }

/// The reserved property is the catalog's own.
Status CheckReserved(const PropertyMap& properties) {
  if (properties.contains(std::string(kExistsProperty))) {
    return Error(ErrorCode::kInvalidArgument, "The namespace property exists is reserved");
  }
  return {};
}

bool LogHolds(const iceberg::TableMetadata& metadata, const std::string& location) {
  return metadata.metadata_log.FindLast([&](const iceberg::MetadataLogEntry& entry) {
    return entry.metadata_file == location;
  }) != nullptr;
}

std::unique_ptr<SqlDatabase> DatabaseOf(const SqlOptions& options) {
  if (options.postgres.empty()) {
    return std::make_unique<SqliteDatabase>(options);
  }
  return std::make_unique<PostgresDatabase>(options);
}

Error Unknown(const std::string& metadata_location) {
  return Error(ErrorCode::kCommitStateUnknown,
               "The catalog's database did not say what became of a change: it may have happened")
      .With("metadata file", metadata_location);
}

Error NotDone() {
  return Error(ErrorCode::kUnavailable, "The catalog's database failed; nothing was changed");
}

}  // namespace

Result<std::unique_ptr<Catalog>> SqlCatalog::Open(const CatalogConfig& config,
                                                  const CatalogEnvironment& environment) {
  ASSIGN_OR_RETURN(SqlOptions options, ParseSqlOptions(config));
  FileStores stores(environment.variables, environment.clock);
  auto files = stores.Open({.options = config.properties, .scoped = {}});
  return std::make_unique<SqlCatalog>(std::move(options), std::move(files), environment.clock);
}

SqlCatalog::SqlCatalog(SqlOptions options,
                       std::shared_ptr<storage::ObjectStore> files,
                       const Clock& clock)
    : options_(std::move(options)),
      database_(DatabaseOf(options_), options_.name),
      files_(std::move(files)),
      clock_(clock) {}

Result<std::vector<NamespacePath>> SqlCatalog::ListNamespaces(const NamespacePath& parent) {
  std::string key;
  if (!parent.empty()) {
    ASSIGN_OR_RETURN(key, KeyOf(parent));
    ASSIGN_OR_RETURN(bool exists, database_.NamespaceExists(key));
    if (!exists) {
      return Error(ErrorCode::kNoSuchNamespace,
                   fmt::format("Namespace does not exist: {}", parent.ToString()));
    }
  }
  ASSIGN_OR_RETURN(auto children, database_.ChildNamespaces(key));
  std::vector<NamespacePath> paths;
  for (const std::string& child : children) {
    paths.push_back(parent);
    paths.back().levels.push_back(child);
  }
  return paths;
}

Result<bool> SqlCatalog::NamespaceExists(const NamespacePath& path) {
  auto key = KeyOf(path);
  return key.has_value() ? database_.NamespaceExists(*key) : Result<bool>(false);
}

Result<PropertyMap> SqlCatalog::LoadNamespace(const NamespacePath& path) {
  ASSIGN_OR_RETURN(std::string key, KeyOf(path));
  ASSIGN_OR_RETURN(bool exists, database_.NamespaceExists(key));
  if (!exists) {
    return Error(ErrorCode::kNoSuchNamespace,
                 fmt::format("Namespace does not exist: {}", path.ToString()));
  }
  return database_.NamespaceProperties(key);
}

Status SqlCatalog::CreateNamespace(const NamespacePath& path, const PropertyMap& properties) {
  ASSIGN_OR_RETURN(std::string key, KeyOf(path));
  RETURN_IF_ERROR(CheckReserved(properties));
  return database_.InsertNamespace(key, properties);
}

Status SqlCatalog::UpdateNamespace(const NamespacePath& path, const NamespaceChange& change) {
  ASSIGN_OR_RETURN(std::string key, KeyOf(path));
  RETURN_IF_ERROR(CheckReserved(change.updates));
  for (const std::string& name : change.removals) {
    if (change.updates.contains(name)) {
      return Error(ErrorCode::kUnprocessable,
                   fmt::format("The property {} is both set and removed", name));
    }
  }
  return database_.UpdateNamespace(key, change);
}

Status SqlCatalog::DropNamespace(const NamespacePath& path) {
  ASSIGN_OR_RETURN(std::string key, KeyOf(path));
  return database_.DeleteNamespace(key);
}

Result<std::vector<TableIdentifier>> SqlCatalog::ListTables(const NamespacePath& name_space) {
  ASSIGN_OR_RETURN(std::string key, KeyOf(name_space));
  ASSIGN_OR_RETURN(auto names, database_.TableNames(key));
  std::vector<TableIdentifier> tables;
  tables.reserve(names.size());
  for (std::string& name : names) {
    tables.push_back({name_space, std::move(name)});
  }
  std::ranges::sort(tables);
  return tables;
}

Result<bool> SqlCatalog::TableExists(const TableIdentifier& identifier) {
  auto key = KeyOf(identifier);
  if (!key.has_value() && IsNoKey(key.error())) {
    return false;
  }
  ASSIGN_OR_RETURN(auto found, database_.FindTable(*key));
  return found.has_value();
}

Result<table::Table> SqlCatalog::Load(const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(TableKey key, KeyOf(identifier));
  ASSIGN_OR_RETURN(auto found, database_.FindTable(key));
  if (!found) {
    return NoSuchTable(identifier);
  }
  ASSIGN_OR_RETURN(auto metadata, ReadMetadata(*files_, found->metadata_location));
  return HandleOf(identifier, std::move(found->metadata_location), std::move(metadata));
}

Result<std::string> SqlCatalog::LocationFor(const TableIdentifier& identifier,
                                            const NewTable& table,
                                            const Uuid& uuid) {
  if (table.location) {
    RETURN_IF_ERROR(storage::Location::Parse(*table.location));
    return std::string(storage::TrimTrailingSlashes(*table.location));
  }
  ASSIGN_OR_RETURN(PropertyMap properties, LoadNamespace(identifier.name_space));
  auto own = properties.find(std::string(kLocationProperty));
  std::string base = own != properties.end() ? own->second
                                             : storage::DefaultNamespaceLocation(
                                                   options_.warehouse, identifier.name_space);
  return storage::DefaultTableLocation(base, identifier.name, uuid);
}

Result<table::Table> SqlCatalog::CreateTable(const TableIdentifier& identifier,
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
  Status inserted = Insert(key, file);
  if (!inserted.has_value()) {
    if (inserted.error().code() != ErrorCode::kCommitStateUnknown) {
      static_cast<void>(files_->Delete(file));  // nothing names it and nothing will
    }
    return TakeError(std::move(inserted));
  }
  return HandleOf(identifier, std::move(file), std::move(metadata));
}

Result<table::Table> SqlCatalog::RegisterTable(const TableIdentifier& identifier,
                                               const std::string& metadata_location) {
  ASSIGN_OR_RETURN(TableKey key, KeyOf(identifier));
  auto metadata = ReadMetadata(*files_, metadata_location);
  if (!metadata.has_value() && metadata.error().code() == ErrorCode::kInvalidMetadata) {
    return TakeError(std::move(metadata)).As(ErrorCode::kInvalidArgument);  // the caller named it
  }
  RETURN_IF_ERROR(metadata);
  RETURN_IF_ERROR(Insert(key, metadata_location));
  return HandleOf(identifier, metadata_location, *std::move(metadata));
}

Status SqlCatalog::RenameTable(const TableIdentifier& from, const TableIdentifier& to) {
  ASSIGN_OR_RETURN(TableKey from_key, KeyOf(from));
  ASSIGN_OR_RETURN(TableKey to_key, KeyOf(to));
  return database_.RenameTable(from_key, to_key);
}

Status SqlCatalog::DropTable(const TableIdentifier& identifier, DropMode mode) {
  ASSIGN_OR_RETURN(TableKey key, KeyOf(identifier));
  return mode == DropMode::kPurge ? Purge(identifier) : database_.DeleteTable(key);
}

Status SqlCatalog::Purge(const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(TableKey key, KeyOf(identifier));
  for (int races = 0; races <= kMaxLostRaces; ++races) {
    ASSIGN_OR_RETURN(table::Table table, Load(identifier));
    ASSIGN_OR_RETURN(auto owned, OwnedFiles(*files_, *table.metadata, table.metadata_location));
    ASSIGN_OR_RETURN(RowChange dropped, database_.DeleteTableAlone(key, table.metadata_location,
                                                                   table.metadata->location));
    if (dropped == RowChange::kShared) {
      return Error(ErrorCode::kCommitConflict,
                   fmt::format("Another table keeps its metadata beside or below that of {}: the "
                               "table is not dropped",
                               identifier.ToString()));
    }
    if (dropped == RowChange::kDone) {
      DeleteOwned(*files_, owned, table.metadata->location);
      return {};
    }
  }
  return Error(ErrorCode::kUnavailable, "The table changes too fast to be dropped");
}

Result<table::Table> SqlCatalog::Commit(const table::Table& base,
                                        const table::TableChange& change) {
  ASSIGN_OR_RETURN(TableKey key, KeyOf(base.identifier));
  for (int races = 0; races <= kMaxLostRaces; ++races) {
    ASSIGN_OR_RETURN(auto found, database_.FindTable(key));
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

Result<table::Table> SqlCatalog::TryCommit(const table::Table& base,
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
  RETURN_IF_ERROR(Swap(key, base.metadata_location, file));
  DeleteOldMetadata(*files_, *base.metadata, *metadata);
  return HandleOf(base.identifier, std::move(file), std::move(metadata));
}

Status SqlCatalog::Swap(const TableKey& key, const std::string& from, const std::string& to) {
  auto swapped = database_.SwapTable(key, from, to);
  if (swapped.has_value() && *swapped == RowChange::kDone) {
    return {};
  }
  Error error = swapped.has_value() ? Error(ErrorCode::kLostRace, "Another commit came first")
                                    : TakeError(std::move(swapped));
  if (error.code() == ErrorCode::kCommitStateUnknown) {
    switch (Settle(key, from, to)) {
      case Settled::kDone:
        return {};
      case Settled::kUnknown:
        return Unknown(to);
      case Settled::kNotDone:
        error = NotDone();
    }
  }
  static_cast<void>(files_->Delete(to));  // nothing names it and nothing will
  return error;
}

Status SqlCatalog::Insert(const TableKey& key, const std::string& metadata_location) {
  Status inserted = database_.InsertTable(key, metadata_location);
  if (inserted.has_value() || inserted.error().code() != ErrorCode::kCommitStateUnknown) {
    return inserted;
  }
  switch (Settle(key, "", metadata_location)) {
    case Settled::kDone:
      return {};
    case Settled::kNotDone:
      return NotDone();
    case Settled::kUnknown:
      break;
  }
  return Unknown(metadata_location);
}

SqlCatalog::Settled SqlCatalog::Settle(const TableKey& key,
                                       const std::string& from,
                                       const std::string& to) {
  auto found = database_.FindTableSettled(key);
  std::optional<TablePointer> row = found.has_value() ? *std::move(found) : std::nullopt;
  if (!row) {
    return Settled::kUnknown;  // it may have been renamed or dropped after our commit
  }
  const TablePointer& pointer = *row;
  if (pointer.metadata_location == to || pointer.previous_metadata_location == to) {
    return Settled::kDone;
  }
  if (pointer.metadata_location == from) {
    return Settled::kNotDone;
  }
  auto metadata = ReadMetadata(*files_, pointer.metadata_location);
  if (!metadata.has_value()) {
    return Settled::kUnknown;
  }
  if (LogHolds(**metadata, to)) {
    return Settled::kDone;
  }
  // The way from our base to where the table is now went without us.
  return !from.empty() && LogHolds(**metadata, from) ? Settled::kNotDone : Settled::kUnknown;
}

table::Table SqlCatalog::HandleOf(const TableIdentifier& identifier,
                                  std::string metadata_location,
                                  iceberg::TableMetadataPtr metadata) const {
  return {.identifier = identifier,
          .metadata_location = std::move(metadata_location),
          .metadata = std::move(metadata),
          .files = files_,
          .config = {}};
}

}  // namespace firn::catalog::sql
