// Catalog: the port to a catalog elsewhere: its namespaces, and its tables and views by name. What
// the command line and the features work with; the rooms below implement it, OpenCatalog
// (catalog/open) makes one of a configuration.
//
//   ASSIGN_OR_RETURN(auto config, catalog::ReadCatalogUri("http://127.0.0.1:8181", variables));
//   ASSIGN_OR_RETURN(auto catalog, catalog::OpenCatalog(config, environment));
//   ASSIGN_OR_RETURN(table::Table table, catalog->Load(identifier));
//
// A Catalog is also a table::TableStore: `Load` and `Commit` are described there, and Commit's
// promises hold for every change here: kCommitStateUnknown means that it may have happened or may
// yet happen, every other error that it did not and never will.
//
// Errors of all calls: kUnauthenticated, kForbidden; kUnavailable, kResourceExhausted (nothing was
// changed, try again later), kDeadlineExceeded; kUnsupported where this catalog does not do it;
// kInvalidArgument for a name that it cannot hold. Calls end at the thread's storage::CallDeadline
// as far as they wait for a network.
// Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/table_identifier.h"
#include "iceberg/metadata/table_properties.h"
#include "iceberg/schema/partition_spec.h"
#include "iceberg/schema/schema.h"
#include "iceberg/schema/sort_order.h"
#include "iceberg/view/view_metadata.h"
#include "table/table_store.h"

namespace firn::catalog {

using iceberg::PropertyMap;

/// A table to be made. Ids of columns are the caller's: the catalog gives fresh ones.
struct NewTable {
  iceberg::Schema schema;
  /// Unpartitioned where absent.
  std::optional<iceberg::UnboundPartitionSpec> spec;
  std::optional<iceberg::SortOrder> order;
  /// Where the catalog puts it where absent.
  std::optional<std::string> location;
  /// `format-version` chooses the version.
  PropertyMap properties;
};

struct NamespaceChange {
  PropertyMap updates;
  /// A name that is not there is passed over.
  std::vector<std::string> removals;
};

enum class DropMode : uint8_t {
  kKeepFiles,
  kPurge,  ///< The files that the table owns are deleted, by the catalog, now or later.
};

/// A view as the catalog has it.
struct View {
  TableIdentifier identifier;
  std::string metadata_location;
  iceberg::ViewMetadataPtr metadata;
};

class Catalog : public table::TableStore {
 public:
  /// The children of `parent`, of the empty path the outermost ones; in byte order.
  /// Errors: kNoSuchNamespace for a parent that is not there.
  virtual Result<std::vector<NamespacePath>> ListNamespaces(const NamespacePath& parent) = 0;
  virtual Result<bool> NamespaceExists(const NamespacePath& path) = 0;
  /// Its properties. Errors: kNoSuchNamespace.
  virtual Result<PropertyMap> LoadNamespace(const NamespacePath& path) = 0;
  /// Errors: kAlreadyExists; kNoSuchNamespace where the catalog wants a parent that is not there.
  virtual Status CreateNamespace(const NamespacePath& path, const PropertyMap& properties) = 0;
  /// Errors: kNoSuchNamespace; kUnprocessable for a name both set and removed.
  virtual Status UpdateNamespace(const NamespacePath& path, const NamespaceChange& change) = 0;
  /// Errors: kNoSuchNamespace, kNamespaceNotEmpty.
  virtual Status DropNamespace(const NamespacePath& path) = 0;

  /// The tables of this namespace alone, in byte order; no views. Errors: kNoSuchNamespace.
  virtual Result<std::vector<TableIdentifier>> ListTables(const NamespacePath& name_space) = 0;
  virtual Result<bool> TableExists(const TableIdentifier& identifier) = 0;
  /// Errors: kAlreadyExists, kNoSuchNamespace; kInvalidArgument for a schema, spec, order or
  /// location that cannot be.
  virtual Result<table::Table> CreateTable(const TableIdentifier& identifier,
                                           const NewTable& table) = 0;
  /// Brings in a table whose metadata file is there. Errors: kAlreadyExists, kNoSuchNamespace;
  /// kNotFound or kInvalidArgument for the file.
  virtual Result<table::Table> RegisterTable(const TableIdentifier& identifier,
                                             const std::string& metadata_location) = 0;
  /// Errors: kNoSuchTable; kNoSuchNamespace and kAlreadyExists (a view too) for the new name.
  virtual Status RenameTable(const TableIdentifier& from, const TableIdentifier& to) = 0;
  /// Errors: kNoSuchTable. With kPurge also kCommitConflict, where files of another table are in
  /// the way: then nothing is dropped.
  virtual Status DropTable(const TableIdentifier& identifier, DropMode mode) = 0;

  // Views share their names with tables. Of all these calls kUnsupported where the catalog has
  // none.

  /// The views of this namespace alone, in byte order. Errors: kNoSuchNamespace.
  virtual Result<std::vector<TableIdentifier>> ListViews(const NamespacePath& name_space) = 0;
  virtual Result<bool> ViewExists(const TableIdentifier& identifier) = 0;
  /// Errors: kNoSuchView; kNotFound, kInvalidMetadata for its metadata file.
  virtual Result<View> LoadView(const TableIdentifier& identifier) = 0;
  /// Brings in a view whose metadata file is there. Errors: as RegisterTable.
  virtual Result<View> RegisterView(const TableIdentifier& identifier,
                                    const std::string& metadata_location) = 0;
  /// Errors: kNoSuchView; kNoSuchNamespace and kAlreadyExists (a table too) for the new name.
  virtual Status RenameView(const TableIdentifier& from, const TableIdentifier& to) = 0;
  /// Its metadata files stay. Errors: kNoSuchView.
  virtual Status DropView(const TableIdentifier& identifier) = 0;
};

}  // namespace firn::catalog
