// RestCatalog: Catalog over the Iceberg REST protocol. Open asks the catalog for its configuration
// (defaults, overrides, prefix, endpoints, idempotency); what it does not list is kUnsupported
// before anything is sent.
//
// Tables come with credentials or a signer where the catalog gives them (table_access.h), which
// count before the options of the configuration; a table that was loaded before is asked for with
// its tag. What a change's errors prove: rest_session.h. A change that was answered with success by
// a body that is none is kCommitStateUnknown too.
//
// Tables are created at once; staged creation and scan planning are not here.
// Thread-safety: any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "catalog/catalog.h"
#include "catalog/catalog_config.h"
#include "catalog/catalog_environment.h"
#include "catalog/files/table_files.h"
#include "catalog/rest/rest_core.h"
#include "catalog/rest/rest_messages.h"
#include "catalog/rest/table_cache.h"

namespace firn::catalog::rest {

/// Pages of one listing; more is kPayloadTooLarge.
inline constexpr int kMaxPages = 10'000;

class RestCatalog final : public Catalog {
 public:
  /// Errors: kInvalidArgument for options; kUnauthenticated, kNoSuchWarehouse, kUnavailable, ... as
  /// the catalog answers; kInternal where what answers is none.
  static Result<std::unique_ptr<Catalog>> Open(const CatalogConfig& config,
                                               const CatalogEnvironment& environment);

  Result<std::vector<NamespacePath>> ListNamespaces(const NamespacePath& parent) override;
  Result<bool> NamespaceExists(const NamespacePath& path) override;
  Result<PropertyMap> LoadNamespace(const NamespacePath& path) override;
  Status CreateNamespace(const NamespacePath& path, const PropertyMap& properties) override;
  Status UpdateNamespace(const NamespacePath& path, const NamespaceChange& change) override;
  Status DropNamespace(const NamespacePath& path) override;

  Result<std::vector<TableIdentifier>> ListTables(const NamespacePath& name_space) override;
  Result<bool> TableExists(const TableIdentifier& identifier) override;
  Result<table::Table> CreateTable(const TableIdentifier& identifier,
                                   const NewTable& table) override;
  Result<table::Table> RegisterTable(const TableIdentifier& identifier,
                                     const std::string& metadata_location) override;
  Status RenameTable(const TableIdentifier& from, const TableIdentifier& to) override;
  Status DropTable(const TableIdentifier& identifier, DropMode mode) override;

  Result<std::vector<TableIdentifier>> ListViews(const NamespacePath& name_space) override;
  Result<bool> ViewExists(const TableIdentifier& identifier) override;
  Result<View> LoadView(const TableIdentifier& identifier) override;
  Result<View> RegisterView(const TableIdentifier& identifier,
                            const std::string& metadata_location) override;
  Status RenameView(const TableIdentifier& from, const TableIdentifier& to) override;
  Status DropView(const TableIdentifier& identifier) override;

  Result<table::Table> Load(const TableIdentifier& identifier) override;
  Result<table::Table> Commit(const table::Table& base, const table::TableChange& change) override;

 private:
  /// The URL of the page after a token; of the first one where it is empty.
  using PageUrl = std::function<std::string(std::string_view token)>;

  RestCatalog(std::shared_ptr<RestCore> core, const CatalogEnvironment& environment);

  Status Configure(const CatalogConfig& config);
  /// Of what the catalog offers.
  Result<storage::http::HttpResponse> Send(std::string_view endpoint, const Call& call) {
    return core_->Send(endpoint, call);
  }
  /// For a change, whose answer says nothing more than that it happened.
  Status Change(std::string_view endpoint, const Call& call);
  /// For a change that is answered by a table.
  Result<table::Table> ChangeTable(std::string_view endpoint,
                                   const Call& call,
                                   const TableIdentifier& identifier);
  /// All pages of tables or views.
  Result<std::vector<TableIdentifier>> ListAll(std::string_view endpoint, const PageUrl& url);
  /// By HEAD where the catalog offers that, else by GET.
  Result<bool> Exists(std::string_view head, std::string_view get, std::string url);
  Result<table::Table> HandleOf(const TableIdentifier& identifier, LoadedTable loaded);

  const std::shared_ptr<RestCore> core_;
  const RestPaths& paths_;
  FileStores stores_;
  TableCache cache_;
};

}  // namespace firn::catalog::rest
