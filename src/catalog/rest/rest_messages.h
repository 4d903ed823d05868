// Bodies of the Iceberg REST protocol as a client writes and reads them. REST: schemas
// CatalogConfig, ListNamespacesResponse, GetNamespaceResponse, ListTablesResponse, LoadTableResult,
// CommitTableResponse, LoadViewResult, LoadCredentialsResponse, RemoteSignResult and the requests
// of the operations that RestCatalog sends.
//
// Errors of the parsers: kInternal "... is no answer of a catalog" for a body that is none;
// kInvalidMetadata for metadata that contradicts the format.
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/files/table_files.h"
#include "storage/http/http_message.h"

namespace firn::catalog::rest {

/// What GET /v1/config answers.
struct ServerConfig {
  PropertyMap defaults;
  PropertyMap overrides;
  /// nullopt: the catalog does not say; then those of kDefaultEndpoints.
  std::optional<std::set<std::string, std::less<>>> endpoints;
  bool keeps_idempotency_keys = false;
};

struct NamespacePage {
  std::vector<NamespacePath> namespaces;
  /// Empty on the last page.
  std::string next;
};

/// Of tables or of views.
struct TablePage {
  std::vector<TableIdentifier> tables;
  std::string next;
};

struct SigningConfig {
  PropertyMap properties;
  storage::http::HeaderList headers;
};

struct LoadedTable {
  std::string metadata_location;
  iceberg::TableMetadataPtr metadata;
  PropertyMap config;
  std::vector<ScopedOptions> credentials;
  /// What goes along with requests to the signer; nullopt where the catalog says none.
  std::optional<SigningConfig> signing;
};

struct LoadedView {
  std::string metadata_location;
  iceberg::ViewMetadataPtr metadata;
};

/// A request to S3 that is to be signed.
struct SignRequest {
  std::string region;
  std::string uri;
  std::string method;
  storage::http::HeaderList headers;
  PropertyMap properties;
  /// Empty where it is not to be looked at.
  std::string_view body;
};

struct SignedRequest {
  std::string uri;
  /// Those that the signature is over, itself among them.
  storage::http::HeaderList headers;
};

Result<ServerConfig> ParseServerConfig(std::string_view body);
Result<NamespacePage> ParseNamespacePage(std::string_view body);
Result<TablePage> ParseTablePage(std::string_view body);
Result<PropertyMap> ParseNamespaceProperties(std::string_view body);
/// Of load, create, register and commit.
Result<LoadedTable> ParseLoadedTable(std::string_view body);
/// Of load and register.
Result<LoadedView> ParseLoadedView(std::string_view body);
/// Of the credentials endpoint.
Result<std::vector<ScopedOptions>> ParseCredentialsAnswer(std::string_view body);
Result<SignedRequest> ParseSignedRequest(std::string_view body);

std::string PrintNewNamespace(const NamespacePath& path, const PropertyMap& properties);
std::string PrintNamespaceChange(const NamespaceChange& change);
std::string PrintNewTable(const std::string& name, const NewTable& table);
std::string PrintRegistration(const std::string& name, const std::string& metadata_location);
std::string PrintRename(const TableIdentifier& from, const TableIdentifier& to);
std::string PrintSignRequest(const SignRequest& request);
std::string PrintCommit(const TableIdentifier& identifier, const table::TableChange& change);

}  // namespace firn::catalog::rest
