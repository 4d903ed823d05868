#include "catalog/sql/catalog_database.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "catalog/pointer/places.h"
#include "catalog/pointer/pointer_errors.h"
#include "catalog/sql/catalog_layout.h"

namespace firn::catalog::sql {
namespace {

using pointer::NoSuch;
using pointer::NoSuchNamespace;
using pointer::NoSuchTable;

constexpr std::string_view kDefaultName = "default";

/// `below` and `end`: all texts that begin with `place` and `separator`.
struct Range {
  Range(const std::string& place, char separator)
      : below(place + separator), end(place + static_cast<char>(separator + 1)) {}
  std::string below;
  std::string end;
};

/// A row that is there already is a table or view of that name.
Error ExistsOr(Error error, const TableKey& key) {
  return error.code() == ErrorCode::kAlreadyExists ? pointer::NameTaken(key) : std::move(error);
}

/// Which of the two tables are there.
struct Layout {
  bool has_tables = false;
  bool has_properties = false;
  bool has_others = false;
  /// Rows say whether they are tables or views.
  bool has_type = false;
};

Result<Layout> ReadLayout(SqlConnection& connection) {
  Layout layout;
  RETURN_IF_ERROR(connection.Query(connection.layout_query(), {}, [&layout](const SqlRow& row) {
    layout = {.has_tables = !row.Text(0).empty(),
              .has_properties = !row.Text(1).empty(),
              .has_others = !row.Text(2).empty(),
              .has_type = !row.Text(3).empty()};
  }));
  return layout;
}

/// Both tables, or at least one, or none beside others.
Status MakeTables(SqlConnection& connection, Layout& layout) {
  if (!layout.has_tables && !layout.has_properties && layout.has_others) {
    return Error(ErrorCode::kConflict, "The database holds other tables and no catalog");
  }
  if (!layout.has_tables) {
    RETURN_IF_ERROR(connection.Execute(text::kCreateTables, {}));
    layout.has_tables = layout.has_type = true;
  }
  if (!layout.has_properties) {
    RETURN_IF_ERROR(connection.Execute(text::kCreateProperties, {}));
    layout.has_properties = true;
  }
  return {};
}

/// The named one, the only one in the file, or the default one.
Result<std::string> NameOf(SqlConnection& connection, const std::string& given) {
  if (!given.empty()) {
    return given;
  }
  std::vector<std::string> names;
  RETURN_IF_ERROR(connection.Query(
      text::kCatalogNames, {}, [&names](const SqlRow& row) { names.emplace_back(row.Text(0)); }));
  if (names.size() > 1) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("The database holds several catalogs: {}; say which by the key name",
                             fmt::join(names, ", ")));
  }
  return names.empty() ? std::string(kDefaultName) : names.front();
}

}  // namespace

/// A connection in its transaction.
struct CatalogDatabase::Session {
  std::unique_ptr<SqlConnection> connection;
  Layout layout;
  /// The catalog's.
  std::string name;

  /// A statement on iceberg_tables that is to see rows of this kind only.
  std::string Only(Kind kind, std::string_view statement) const {
    std::string_view filter = kind == Kind::kTable ? text::kOnlyTables : text::kOnlyViews;
    return std::string(statement) + std::string(layout.has_type ? filter : "");
  }

  /// Errors: kUnsupported where the layout has no rows of this kind.
  Status CheckHas(Kind kind) const {
    if (kind == Kind::kTable || layout.has_type) {
      return {};
    }
    return Error(ErrorCode::kUnsupported,
                 "The catalog of type sql has the layout of version 0, which has no views: Java's "
                 "JdbcCatalog changes it to version 1 where jdbc.schema-version is V1");
  }

  Result<bool> Finds(std::string_view statement, SqlConnection::Params params) const {
    bool found = false;
    RETURN_IF_ERROR(
        connection->Query(statement, params, [&found](const SqlRow&) { found = true; }));
    return found;
  }

  Result<bool> HasNamespace(const std::string& name_space) const {
    Range range(name_space, '.');
    return Finds(text::kNamespaceExists, {name, name_space, range.below, range.end});
  }

  Status RequireNamespace(const std::string& name_space) const {
    ASSIGN_OR_RETURN(bool exists, HasNamespace(name_space));
    return exists ? Status() : Status(NoSuchNamespace(name_space));
  }

  Result<std::optional<TablePointer>> Find(Kind kind, const TableKey& key) const {
    std::optional<TablePointer> found;
    RETURN_IF_ERROR(CheckHas(kind));
    RETURN_IF_ERROR(connection->Query(
        Only(kind, text::kFindTable), {name, key.name_space, key.name},
        [&found](const SqlRow& row) {
          found = TablePointer{std::string(row.Text(0)), std::string(row.Text(1))};
        }));
    return found;
  }

  /// Another table or view of the file keeps its metadata file there.
  Result<bool> OthersLieIn(const pointer::Places& places, const TableKey& key) const {
    bool found = false;
    RETURN_IF_ERROR(
        connection->Query(text::kOtherTables, {name, key.name_space, key.name},
                          [&](const SqlRow& row) { found = found || places.Hold(row.Text(0)); }));
    return found;
  }

  Result<int64_t> Execute(std::string_view statement, SqlConnection::Params params) const {
    return connection->Execute(statement, params);
  }

  Status SetProperty(const std::string& name_space,
                     std::string_view key,
                     std::string_view value) const {
    RETURN_IF_ERROR(Execute(text::kSetProperty, {name, name_space, key, value}));
    return {};
  }

  Status SetProperties(const std::string& name_space, const PropertyMap& properties) const {
    for (const auto& [key, value] : properties) {
      RETURN_IF_ERROR(SetProperty(name_space, key, value));
    }
    return {};
  }
};

Result<std::optional<CatalogDatabase::Session>> CatalogDatabase::OpenRead(Transaction transaction) {
  auto begun = database_->Begin(transaction, IfMissing::kFail);
  if (!begun.has_value()) {
    if (begun.error().code() == ErrorCode::kNotFound) {
      return std::optional<Session>();
    }
    return TakeError(std::move(begun));
  }
  Session session{.connection = *std::move(begun)};
  ASSIGN_OR_RETURN(session.layout, ReadLayout(*session.connection));
  if (!session.layout.has_tables || !session.layout.has_properties) {
    return std::optional<Session>();
  }
  ASSIGN_OR_RETURN(session.name, NameOf(*session.connection, name_));
  return std::optional(std::move(session));
}

Result<CatalogDatabase::Session> CatalogDatabase::OpenChange(const std::optional<Error>& if_missing,
                                                             Reach reach) {
  auto begun =
      database_->Begin(Transaction::kChange, if_missing ? IfMissing::kFail : IfMissing::kCreate);
  if (!begun.has_value() && begun.error().code() == ErrorCode::kNotFound && if_missing) {
    return *if_missing;
  }
  Session session;
  ASSIGN_OR_RETURN(session.connection, std::move(begun));
  ASSIGN_OR_RETURN(session.layout, ReadLayout(*session.connection));
  Status made = MakeTables(*session.connection, session.layout);
  if (!made.has_value() && made.error().code() == ErrorCode::kAlreadyExists) {
    return TakeError(std::move(made)).As(ErrorCode::kLostRace);  // another program made them
  }
  RETURN_IF_ERROR(made);
  if (reach == Reach::kCatalog) {
    RETURN_IF_ERROR(session.connection->LockTables());
  }
  ASSIGN_OR_RETURN(session.name, NameOf(*session.connection, name_));
  return session;
}

Status CatalogDatabase::Change(const std::optional<Error>& if_missing,
                               Reach reach,
                               const std::function<Status(const Session&)>& work) {
  auto session = OpenChange(if_missing, reach);
  if (!session.has_value() && session.error().code() == ErrorCode::kLostRace) {
    session = OpenChange(if_missing, reach);
  }
  Status done = session.has_value() ? work(*session) : Status(Error(session.error()));
  if (done.has_value()) {
    return session->connection->Commit();
  }
  // Before COMMIT nothing has happened, whatever the disk or the network said.
  ErrorCode code = done.error().code();
  bool is_outage = code == ErrorCode::kIoError || code == ErrorCode::kLostRace;
  return is_outage ? TakeError(std::move(done)).As(ErrorCode::kUnavailable)
                   : TakeError(std::move(done));
}

/// The levels joined by dots: a level that holds one would be read as two.
Result<std::string> CatalogDatabase::NamespaceKey(const NamespacePath& path) const {
  if (path.empty()) {
    return Error(ErrorCode::kInvalidArgument, "The namespace has no name");
  }
  for (const std::string& level : path.levels) {
    if (level.empty() || level.contains('\0')) {
      return Error(ErrorCode::kInvalidArgument, "The name of a namespace is empty");
    }
    if (level.contains('.')) {
      return Error(ErrorCode::kInvalidArgument,
                   "An SQL catalog holds no namespace with a dot in its name")
          .With("namespace", level);
    }
  }
  return path.ToString();
}

Status CatalogDatabase::CheckProperties(const PropertyMap& properties) const {
  if (properties.contains(std::string(kExistsProperty))) {
    return Error(ErrorCode::kInvalidArgument, "The namespace property exists is reserved");
  }
  return {};
}

Result<bool> CatalogDatabase::NamespaceExists(const std::string& name_space) {
  ASSIGN_OR_RETURN(auto session, OpenRead(Transaction::kRead));
  return session ? session->HasNamespace(name_space) : Result<bool>(false);
}

Result<std::set<std::string>> CatalogDatabase::ChildNamespaces(const std::string& parent) {
  std::set<std::string> children;
  ASSIGN_OR_RETURN(auto session, OpenRead(Transaction::kRead));
  if (!session) {
    return children;
  }
  Range range(parent, '.');
  size_t skipped = parent.empty() ? 0 : range.below.size();
  auto on_row = [&](const SqlRow& row) {
    std::string_view rest = row.Text(0).substr(skipped);
    std::string_view level = rest.substr(0, rest.find('.'));
    if (!level.empty()) {
      children.emplace(level);
    }
  };
  if (parent.empty()) {
    RETURN_IF_ERROR(session->connection->Query(text::kAllNamespaces, {session->name}, on_row));
  } else {
    RETURN_IF_ERROR(session->connection->Query(text::kNamespacesInRange,
                                               {session->name, range.below, range.end}, on_row));
  }
  return children;
}

Result<PropertyMap> CatalogDatabase::NamespaceProperties(const std::string& name_space) {
  PropertyMap properties;
  ASSIGN_OR_RETURN(auto session, OpenRead(Transaction::kRead));
  if (session) {
    RETURN_IF_ERROR(session->connection->Query(
        text::kNamespaceProperties, {session->name, name_space},
        [&](const SqlRow& row) { properties.emplace(row.Text(0), row.Text(1)); }));
  }
  properties.erase(std::string(kExistsProperty));
  return properties;
}

Status CatalogDatabase::InsertNamespace(const std::string& name_space,
                                        const PropertyMap& properties) {
  return Change(std::nullopt, Reach::kCatalog, [&](const Session& session) -> Status {
    ASSIGN_OR_RETURN(bool exists, session.HasNamespace(name_space));
    if (exists) {
      return Error(ErrorCode::kAlreadyExists,
                   fmt::format("Namespace already exists: {}", name_space));
    }
    RETURN_IF_ERROR(session.SetProperty(name_space, kExistsProperty, "true"));
    return session.SetProperties(name_space, properties);
  });
}

Status CatalogDatabase::UpdateNamespace(const std::string& name_space,
                                        const NamespaceChange& change) {
  return Change(
      NoSuchNamespace(name_space), Reach::kCatalog, [&](const Session& session) -> Status {
        RETURN_IF_ERROR(session.RequireNamespace(name_space));
        for (const std::string& key : change.removals) {
          RETURN_IF_ERROR(session.Execute(text::kDeleteProperty, {session.name, name_space, key}));
        }
        RETURN_IF_ERROR(session.SetProperties(name_space, change.updates));
        // Without any property it would be gone.
        return session.SetProperty(name_space, kExistsProperty, "true");
      });
}

Status CatalogDatabase::DeleteNamespace(const std::string& name_space) {
  return Change(
      NoSuchNamespace(name_space), Reach::kCatalog, [&](const Session& session) -> Status {
        RETURN_IF_ERROR(session.RequireNamespace(name_space));
        Range range(name_space, '.');
        ASSIGN_OR_RETURN(bool in_use,
                         session.Finds(text::kNamespaceInUse,
                                       {session.name, name_space, range.below, range.end}));
        if (in_use) {
          return Error(ErrorCode::kNamespaceNotEmpty,
                       fmt::format("Namespace is not empty: {}", name_space));
        }
        RETURN_IF_ERROR(session.Execute(text::kDeleteNamespace, {session.name, name_space}));
        return {};
      });
}

Result<std::vector<std::string>> CatalogDatabase::Names(Kind kind, const std::string& name_space) {
  ASSIGN_OR_RETURN(auto session, OpenRead(Transaction::kRead));
  if (!session) {
    return NoSuchNamespace(name_space);
  }
  RETURN_IF_ERROR(session->CheckHas(kind));
  RETURN_IF_ERROR(session->RequireNamespace(name_space));
  std::vector<std::string> names;
  RETURN_IF_ERROR(session->connection->Query(
      session->Only(kind, text::kTableNames), {session->name, name_space},
      [&names](const SqlRow& row) { names.emplace_back(row.Text(0)); }));
  return names;
}

Result<std::optional<TablePointer>> CatalogDatabase::Find(Kind kind,
                                                          Transaction transaction,
                                                          const TableKey& key) {
  ASSIGN_OR_RETURN(auto session, OpenRead(transaction));
  return session ? session->Find(kind, key) : std::optional<TablePointer>();
}

Status CatalogDatabase::Insert(Kind kind,
                               const TableKey& key,
                               const std::string& metadata_location) {
  return Change(
      NoSuchNamespace(key.name_space), Reach::kCatalog, [&](const Session& session) -> Status {
        RETURN_IF_ERROR(session.CheckHas(kind));
        RETURN_IF_ERROR(session.RequireNamespace(key.name_space));
        std::string_view type = kind == Kind::kTable ? text::kTypeTable : text::kTypeView;
        auto inserted =
            session.layout.has_type
                ? session.Execute(text::kInsertTypedTable,
                                  {session.name, key.name_space, key.name, metadata_location, type})
                : session.Execute(text::kInsertTable,
                                  {session.name, key.name_space, key.name, metadata_location});
        return inserted.has_value() ? Status() : ExistsOr(TakeError(std::move(inserted)), key);
      });
}

Status CatalogDatabase::Rename(Kind kind, const TableKey& from, const TableKey& to) {
  return Change(NoSuch(kind, from), Reach::kCatalog, [&](const Session& session) -> Status {
    ASSIGN_OR_RETURN(auto found, session.Find(kind, from));
    if (!found) {
      return NoSuch(kind, from);
    }
    RETURN_IF_ERROR(session.RequireNamespace(to.name_space));
    auto renamed = session.Execute(
        text::kRenameTable, {session.name, from.name_space, from.name, to.name_space, to.name});
    return renamed.has_value() ? Status() : ExistsOr(TakeError(std::move(renamed)), to);
  });
}

Status CatalogDatabase::Delete(Kind kind, const TableKey& key) {
  return Change(NoSuch(kind, key), Reach::kRow, [&](const Session& session) -> Status {
    RETURN_IF_ERROR(session.CheckHas(kind));
    ASSIGN_OR_RETURN(int64_t deleted, session.Execute(session.Only(kind, text::kDeleteTable),
                                                      {session.name, key.name_space, key.name}));
    return deleted == 0 ? Status(NoSuch(kind, key)) : Status();
  });
}

Result<std::vector<std::string>> CatalogDatabase::TableNames(const std::string& name_space) {
  return Names(Kind::kTable, name_space);
}

Result<std::optional<TablePointer>> CatalogDatabase::FindTable(const TableKey& key) {
  return Find(Kind::kTable, Transaction::kRead, key);
}

Result<std::optional<TablePointer>> CatalogDatabase::FindTableSettled(const TableKey& key) {
  return Find(Kind::kTable, Transaction::kSettled, key);
}

Status CatalogDatabase::InsertTable(const TableKey& key, const NewPointer& to) {
  return Insert(Kind::kTable, key, to.metadata_location);
}

Status CatalogDatabase::RenameTable(const TableKey& from, const TableKey& to) {
  return Rename(Kind::kTable, from, to);
}

Status CatalogDatabase::DeleteTable(const TableKey& key) { return Delete(Kind::kTable, key); }

Result<PointerChange> CatalogDatabase::SwapTable(const TableKey& key,
                                                 const std::string& from,
                                                 const NewPointer& to) {
  PointerChange outcome = PointerChange::kMoved;
  RETURN_IF_ERROR(Change(NoSuchTable(key), Reach::kRow, [&](const Session& session) -> Status {
    ASSIGN_OR_RETURN(int64_t swapped, session.Execute(session.Only(Kind::kTable, text::kSwapTable),
                                                      {session.name, key.name_space, key.name, from,
                                                       to.metadata_location}));
    outcome = swapped == 0 ? PointerChange::kMoved : PointerChange::kDone;
    return {};
  }));
  return outcome;
}

Result<PointerChange> CatalogDatabase::DeleteTableAlone(const TableKey& key,
                                                        const std::string& metadata_location,
                                                        const std::string& location) {
  PointerChange outcome = PointerChange::kShared;
  RETURN_IF_ERROR(Change(NoSuchTable(key), Reach::kCatalog, [&](const Session& session) -> Status {
    const auto places = pointer::Places::Of(location, metadata_location);
    ASSIGN_OR_RETURN(bool shared, session.OthersLieIn(places, key));
    if (shared) {
      return {};
    }
    ASSIGN_OR_RETURN(int64_t deleted,
                     session.Execute(session.Only(Kind::kTable, text::kDeleteTableAt),
                                     {session.name, key.name_space, key.name, metadata_location}));
    outcome = deleted == 0 ? PointerChange::kMoved : PointerChange::kDone;
    return {};
  }));
  return outcome;
}

Result<std::vector<std::string>> CatalogDatabase::ViewNames(const std::string& name_space) {
  return Names(Kind::kView, name_space);
}

Result<std::optional<TablePointer>> CatalogDatabase::FindView(const TableKey& key) {
  return Find(Kind::kView, Transaction::kRead, key);
}

Status CatalogDatabase::InsertView(const TableKey& key, const pointer::NewView& to) {
  return Insert(Kind::kView, key, to.metadata_location);
}

Status CatalogDatabase::RenameView(const TableKey& from, const TableKey& to) {
  return Rename(Kind::kView, from, to);
}

Status CatalogDatabase::DeleteView(const TableKey& key) { return Delete(Kind::kView, key); }

}  // namespace firn::catalog::sql
