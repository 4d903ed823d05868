// Bodies of the Iceberg REST protocol as a client writes and reads them. REST: schemas
// CatalogConfig, ListNamespacesResponse, GetNamespaceResponse, ListTablesResponse, LoadTableResult,
// CommitTableResponse and the requests of the operations that RestCatalog sends.
//
// Errors of the parsers: kInternal "... is no answer of a catalog" for a body that is none;
// kInvalidMetadata for table metadata that contradicts the format.
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

struct TablePage {
  std::vector<TableIdentifier> tables;
  std::string next;
};

struct LoadedTable {
  std::string metadata_location;
  iceberg::TableMetadataPtr metadata;
  PropertyMap config;
  std::vector<ScopedOptions> credentials;
};

Result<ServerConfig> ParseServerConfig(std::string_view body);
Result<NamespacePage> ParseNamespacePage(std::string_view body);
Result<TablePage> ParseTablePage(std::string_view body);
Result<PropertyMap> ParseNamespaceProperties(std::string_view body);
/// Of load, create, register and commit.
Result<LoadedTable> ParseLoadedTable(std::string_view body);

std::string PrintNewNamespace(const NamespacePath& path, const PropertyMap& properties);
std::string PrintNamespaceChange(const NamespaceChange& change);
std::string PrintNewTable(const std::string& name, const NewTable& table);
std::string PrintRegistration(const std::string& name, const std::string& metadata_location);
std::string PrintRename(const TableIdentifier& from, const TableIdentifier& to);
std::string PrintCommit(const TableIdentifier& identifier, const table::TableChange& change);

}  // namespace firn::catalog::rest
