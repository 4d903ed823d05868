#include "catalog/rest/rest_catalog.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "catalog/rest/rest_endpoints.h"
#include "catalog/rest/table_access.h"
#include "storage/http/curl_transport.h"

namespace firn::catalog::rest {
namespace {

namespace http = storage::http;

constexpr StatusMeaning kOfWarehouse{.not_found = ErrorCode::kNoSuchWarehouse};
constexpr StatusMeaning kOfNamespace{.not_found = ErrorCode::kNoSuchNamespace,
                                     .conflict = ErrorCode::kNamespaceNotEmpty};
/// Something that is to be made in a namespace.
constexpr StatusMeaning kOfNew{.not_found = ErrorCode::kNoSuchNamespace,
                               .conflict = ErrorCode::kAlreadyExists};
constexpr StatusMeaning kOfRename{.not_found = ErrorCode::kNoSuchTable,
                                  .conflict = ErrorCode::kAlreadyExists};
constexpr StatusMeaning kOfTable{.not_found = ErrorCode::kNoSuchTable,
                                 .conflict = ErrorCode::kCommitConflict};
constexpr StatusMeaning kOfView{.not_found = ErrorCode::kNoSuchView,
                                .conflict = ErrorCode::kCommitConflict};
constexpr StatusMeaning kOfViewRename{.not_found = ErrorCode::kNoSuchView,
                                      .conflict = ErrorCode::kAlreadyExists};

/// The user's options are refused by name where they are unknown; what a catalog says may be meant
/// for other clients.
void DropUnknownFileOptions(PropertyMap& properties) {
  PropertyMap known = KnownFileOptions(properties);
  std::erase_if(properties, [&known](const auto& entry) {
    return entry.first.starts_with("s3.") && !known.contains(entry.first);
  });
}

Error TooManyPages() {
  return Error(ErrorCode::kPayloadTooLarge, "The catalog's list has no end")
      .With("pages", std::to_string(kMaxPages));
}

/// Levels and names that no URL and no catalog can hold.
Status CheckName(std::string_view name, std::string_view what) {
  if (name.empty() || name.contains('\0')) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("The name of a {} is empty", what));
  }
  return {};
}

Status CheckPath(const NamespacePath& path) {
  if (path.empty()) {
    return Error(ErrorCode::kInvalidArgument, "The namespace has no name");
  }
  for (const std::string& level : path.levels) {
    RETURN_IF_ERROR(CheckName(level, "namespace"));
  }
  return {};
}

Status CheckNames(const TableIdentifier& identifier) {
  RETURN_IF_ERROR(CheckPath(identifier.name_space));
  return CheckName(identifier.name, "table or view");
}

}  // namespace

Result<std::unique_ptr<Catalog>> RestCatalog::Open(const CatalogConfig& config,
                                                   const CatalogEnvironment& environment) {
  ASSIGN_OR_RETURN(RestOptions options, ParseRestOptions(config));
  std::unique_ptr<http::HttpTransport> transport;
  if (environment.transport == nullptr) {
    ASSIGN_OR_RETURN(transport,
                     http::CurlTransport::Make(
                         {.connect_timeout = options.connect_timeout, .ca_file = options.ca_file}));
  }
  auto core = std::make_shared<RestCore>(std::move(options), std::move(transport), environment);
  std::unique_ptr<RestCatalog> catalog(new RestCatalog(std::move(core), environment));
  RETURN_IF_ERROR(catalog->Configure(config));
  return catalog;
}

RestCatalog::RestCatalog(std::shared_ptr<RestCore> core, const CatalogEnvironment& environment)
    : core_(std::move(core)),
      paths_(core_->paths),
      stores_(environment.variables, environment.clock) {}

Status RestCatalog::Configure(const CatalogConfig& config) {
  ASSIGN_OR_RETURN(
      auto response,
      core_->session.Send({.method = "GET",
                           .url = RestPaths::Config(core_->options.uri, core_->options.warehouse),
                           .meaning = kOfWarehouse}));
  ASSIGN_OR_RETURN(ServerConfig server, ParseServerConfig(response.body));
  DropUnknownFileOptions(server.overrides);
  DropUnknownFileOptions(server.defaults);
  core_->given = config.properties;
  PropertyMap& properties = core_->properties;
  properties = std::move(server.overrides);
  PropertyMap given = config.properties;
  properties.merge(given);
  properties.merge(server.defaults);
  auto property = [&properties](const std::string& name) {
    auto found = properties.find(name);
    return found == properties.end() ? std::string() : found->second;
  };
  ASSIGN_OR_RETURN(core_->uri, CheckCatalogUri(property("uri")));
  std::string separator = property("namespace-separator");
  core_->paths =
      RestPaths(core_->uri, property("prefix"), separator.empty() ? kDefaultSeparator : separator);
  if (server.endpoints) {
    core_->endpoints = *std::move(server.endpoints);
  } else {
    core_->endpoints.insert(kDefaultEndpoints.begin(), kDefaultEndpoints.end());
  }
  if (server.keeps_idempotency_keys) {
    core_->session.SendIdempotencyKeys();
  }
  return {};
}

Status RestCatalog::Change(std::string_view endpoint, const Call& call) {
  RETURN_IF_ERROR(Send(endpoint, call));
  return {};
}

Result<table::Table> RestCatalog::ChangeTable(std::string_view endpoint,
                                              const Call& call,
                                              const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(auto response, Send(endpoint, call));
  auto loaded = ParseLoadedTable(response.body);
  if (!loaded.has_value()) {
    return TakeError(std::move(loaded)).As(ErrorCode::kCommitStateUnknown);
  }
  return HandleOf(identifier, *std::move(loaded));
}

Result<bool> RestCatalog::Exists(std::string_view head, std::string_view get, std::string url) {
  bool by_head = core_->Offers(head);
  auto response = Send(by_head ? head : get, {.method = by_head ? "HEAD" : "GET",
                                              .url = std::move(url),
                                              .meaning = {.not_found = ErrorCode::kNotFound}});
  if (response.has_value()) {
    return true;
  }
  switch (response.error().code()) {
    case ErrorCode::kNotFound:
    case ErrorCode::kNoSuchNamespace:
    case ErrorCode::kNoSuchTable:
    case ErrorCode::kNoSuchView:
      return false;
    default:
      return TakeError(std::move(response));
  }
}

Result<std::vector<NamespacePath>> RestCatalog::ListNamespaces(const NamespacePath& parent) {
  std::vector<NamespacePath> all;
  NamespacePage page;
  for (int pages = 0; pages < kMaxPages; ++pages) {
    ASSIGN_OR_RETURN(auto response,
                     Send(endpoint::kListNamespaces, {.method = "GET",
                                                      .url = paths_.Namespaces(parent, page.next),
                                                      .meaning = kOfNamespace}));
    ASSIGN_OR_RETURN(page, ParseNamespacePage(response.body));
    std::ranges::move(page.namespaces, std::back_inserter(all));
    if (page.next.empty()) {
      std::ranges::sort(all);
      return all;
    }
  }
  return TooManyPages();
}

Result<bool> RestCatalog::NamespaceExists(const NamespacePath& path) {
  RETURN_IF_ERROR(CheckPath(path));
  return Exists(endpoint::kNamespaceExists, endpoint::kLoadNamespace, paths_.Namespace(path));
}

Result<PropertyMap> RestCatalog::LoadNamespace(const NamespacePath& path) {
  RETURN_IF_ERROR(CheckPath(path));
  ASSIGN_OR_RETURN(auto response,
                   Send(endpoint::kLoadNamespace,
                        {.method = "GET", .url = paths_.Namespace(path), .meaning = kOfNamespace}));
  return ParseNamespaceProperties(response.body);
}

Status RestCatalog::CreateNamespace(const NamespacePath& path, const PropertyMap& properties) {
  RETURN_IF_ERROR(CheckPath(path));
  std::string body = PrintNewNamespace(path, properties);
  return Change(endpoint::kCreateNamespace, {.method = "POST",
                                             .url = paths_.NewNamespace(),
                                             .effect = Effect::kChange,
                                             .body = body,
                                             .meaning = kOfNew});
}

Status RestCatalog::UpdateNamespace(const NamespacePath& path, const NamespaceChange& change) {
  RETURN_IF_ERROR(CheckPath(path));
  std::string body = PrintNamespaceChange(change);
  return Change(endpoint::kUpdateNamespace, {.method = "POST",
                                             .url = paths_.NamespaceProperties(path),
                                             .effect = Effect::kChange,
                                             .body = body,
                                             .meaning = kOfNamespace});
}

Status RestCatalog::DropNamespace(const NamespacePath& path) {
  RETURN_IF_ERROR(CheckPath(path));
  return Change(endpoint::kDropNamespace, {.method = "DELETE",
                                           .url = paths_.Namespace(path),
                                           .effect = Effect::kChange,
                                           .meaning = kOfNamespace});
}

Result<std::vector<TableIdentifier>> RestCatalog::ListAll(std::string_view endpoint,
                                                          const PageUrl& url) {
  std::vector<TableIdentifier> all;
  TablePage page;
  for (int pages = 0; pages < kMaxPages; ++pages) {
    ASSIGN_OR_RETURN(
        auto response,
        Send(endpoint, {.method = "GET", .url = url(page.next), .meaning = kOfNamespace}));
    ASSIGN_OR_RETURN(page, ParseTablePage(response.body));
    std::ranges::move(page.tables, std::back_inserter(all));
    if (page.next.empty()) {
      std::ranges::sort(all);
      return all;
    }
  }
  return TooManyPages();
}

Result<std::vector<TableIdentifier>> RestCatalog::ListTables(const NamespacePath& name_space) {
  RETURN_IF_ERROR(CheckPath(name_space));
  return ListAll(endpoint::kListTables,
                 [&](std::string_view token) { return paths_.Tables(name_space, token); });
}

Result<bool> RestCatalog::TableExists(const TableIdentifier& identifier) {
  RETURN_IF_ERROR(CheckNames(identifier));
  return Exists(endpoint::kTableExists, endpoint::kLoadTable, paths_.Table(identifier));
}

Result<table::Table> RestCatalog::CreateTable(const TableIdentifier& identifier,
                                              const NewTable& table) {
  RETURN_IF_ERROR(CheckNames(identifier));
  std::string body = PrintNewTable(identifier.name, table);
  return ChangeTable(endpoint::kCreateTable,
                     {.method = "POST",
                      .url = paths_.NewTable(identifier.name_space),
                      .effect = Effect::kChange,
                      .body = body,
                      .headers = DelegationHeaders(),
                      .meaning = kOfNew},
                     identifier);
}

Result<table::Table> RestCatalog::RegisterTable(const TableIdentifier& identifier,
                                                const std::string& metadata_location) {
  RETURN_IF_ERROR(CheckNames(identifier));
  std::string body = PrintRegistration(identifier.name, metadata_location);
  return ChangeTable(endpoint::kRegisterTable,
                     {.method = "POST",
                      .url = paths_.Register(identifier.name_space),
                      .effect = Effect::kChange,
                      .body = body,
                      .headers = DelegationHeaders(),
                      .meaning = kOfNew},
                     identifier);
}

Status RestCatalog::RenameTable(const TableIdentifier& from, const TableIdentifier& to) {
  RETURN_IF_ERROR(CheckNames(from));
  RETURN_IF_ERROR(CheckNames(to));
  std::string body = PrintRename(from, to);
  cache_.Erase(from);
  return Change(endpoint::kRenameTable, {.method = "POST",
                                         .url = paths_.Rename(),
                                         .effect = Effect::kChange,
                                         .body = body,
                                         .meaning = kOfRename});
}

Status RestCatalog::DropTable(const TableIdentifier& identifier, DropMode mode) {
  RETURN_IF_ERROR(CheckNames(identifier));
  cache_.Erase(identifier);
  std::string_view purge = mode == DropMode::kPurge ? "true" : "false";
  return Change(endpoint::kDropTable,
                {.method = "DELETE",
                 .url = fmt::format("{}?purgeRequested={}", paths_.Table(identifier), purge),
                 .effect = Effect::kChange,
                 .meaning = kOfTable});
}

Result<table::Table> RestCatalog::Load(const TableIdentifier& identifier) {
  RETURN_IF_ERROR(CheckNames(identifier));
  auto cached = cache_.Find(identifier, core_->clock.Now());
  Call call{.method = "GET",
            .url = paths_.Table(identifier),
            .headers = DelegationHeaders(),
            .meaning = kOfTable};
  if (cached) {
    call.headers.push_back({"If-None-Match", cached->etag});
  }
  ASSIGN_OR_RETURN(auto response, Send(endpoint::kLoadTable, call));
  if (response.status == 304 && cached) {
    return std::move(cached->table);
  }
  ASSIGN_OR_RETURN(LoadedTable loaded, ParseLoadedTable(response.body));
  ASSIGN_OR_RETURN(table::Table table, HandleOf(identifier, std::move(loaded)));
  if (const std::string* etag = http::FindHeader(response.headers, "etag")) {
    cache_.Insert({*etag, table}, response.body.size());
  }
  return table;
}

Result<table::Table> RestCatalog::Commit(const table::Table& base,
                                         const table::TableChange& change) {
  RETURN_IF_ERROR(CheckNames(base.identifier));
  std::string body = PrintCommit(base.identifier, change);
  cache_.Erase(base.identifier);
  ASSIGN_OR_RETURN(table::Table after, ChangeTable(endpoint::kCommitTable,
                                                   {.method = "POST",
                                                    .url = paths_.Table(base.identifier),
                                                    .effect = Effect::kChange,
                                                    .body = body,
                                                    .meaning = kOfTable},
                                                   base.identifier));
  // A commit's answer has no credentials.
  after.files = base.files;
  after.config = base.config;
  return after;
}

Result<table::Table> RestCatalog::HandleOf(const TableIdentifier& identifier, LoadedTable loaded) {
  FileAccess access = AccessTo(core_, identifier, loaded);
  // An expiry or a session token that goes with credentials counts for all of them.
  for (ScopedOptions& credential : loaded.credentials) {
    for (const auto& [name, value] : credential.options) {
      loaded.config.insert_or_assign(name, value);
    }
  }
  return table::Table{.identifier = identifier,
                      .metadata_location = std::move(loaded.metadata_location),
                      .metadata = std::move(loaded.metadata),
                      .files = stores_.Open(std::move(access)),
                      .config = std::move(loaded.config)};
}

Result<std::vector<TableIdentifier>> RestCatalog::ListViews(const NamespacePath& name_space) {
  RETURN_IF_ERROR(CheckPath(name_space));
  return ListAll(endpoint::kListViews,
                 [&](std::string_view token) { return paths_.Views(name_space, token); });
}

Result<bool> RestCatalog::ViewExists(const TableIdentifier& identifier) {
  RETURN_IF_ERROR(CheckNames(identifier));
  return Exists(endpoint::kViewExists, endpoint::kLoadView, paths_.View(identifier));
}

Result<View> RestCatalog::LoadView(const TableIdentifier& identifier) {
  RETURN_IF_ERROR(CheckNames(identifier));
  ASSIGN_OR_RETURN(auto response,
                   Send(endpoint::kLoadView,
                        {.method = "GET", .url = paths_.View(identifier), .meaning = kOfView}));
  ASSIGN_OR_RETURN(LoadedView loaded, ParseLoadedView(response.body));
  return View{identifier, std::move(loaded.metadata_location), std::move(loaded.metadata)};
}

Result<View> RestCatalog::RegisterView(const TableIdentifier& identifier,
                                       const std::string& metadata_location) {
  RETURN_IF_ERROR(CheckNames(identifier));
  std::string body = PrintRegistration(identifier.name, metadata_location);
  ASSIGN_OR_RETURN(auto response,
                   Send(endpoint::kRegisterView, {.method = "POST",
                                                  .url = paths_.RegisterView(identifier.name_space),
                                                  .effect = Effect::kChange,
                                                  .body = body,
                                                  .meaning = kOfNew}));
  auto loaded = ParseLoadedView(response.body);
  if (!loaded.has_value()) {
    return TakeError(std::move(loaded)).As(ErrorCode::kCommitStateUnknown);
  }
  return View{identifier, std::move(loaded->metadata_location), std::move(loaded->metadata)};
}

Status RestCatalog::RenameView(const TableIdentifier& from, const TableIdentifier& to) {
  RETURN_IF_ERROR(CheckNames(from));
  RETURN_IF_ERROR(CheckNames(to));
  std::string body = PrintRename(from, to);
  return Change(endpoint::kRenameView, {.method = "POST",
                                        .url = paths_.RenameView(),
                                        .effect = Effect::kChange,
                                        .body = body,
                                        .meaning = kOfViewRename});
}

Status RestCatalog::DropView(const TableIdentifier& identifier) {
  RETURN_IF_ERROR(CheckNames(identifier));
  return Change(endpoint::kDropView, {.method = "DELETE",
                                      .url = paths_.View(identifier),
                                      .effect = Effect::kChange,
                                      .meaning = kOfView});
}

}  // namespace firn::catalog::rest
