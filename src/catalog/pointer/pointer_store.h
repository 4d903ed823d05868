// PointerStore: what PointerCatalog needs of the place where tables' pointers to their metadata
// files are kept: names, properties of namespaces, and changes of a pointer that happen only where
// it is what it was. `catalog/sql` keeps them in a database, `catalog/glue` in AWS Glue,
// `catalog/hive` in a Hive Metastore.
//
// Namespaces are known by a key, which NamespaceKey makes of their path.
// Errors: those of catalog::Catalog; of a change kCommitStateUnknown where it may or may not have
// happened, after every other error it did not. Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/table_identifier.h"
#include "catalog/catalog.h"
#include "iceberg/metadata/table_metadata.h"

namespace firn::catalog::pointer {

class ViewStore;

/// What a pointer is of.
enum class Kind : uint8_t { kTable, kView };

/// Of a table or a view.
struct TableKey {
  std::string name_space;
  std::string name;
};

struct TablePointer {
  std::string metadata_location;
  /// Empty where it is the first.
  std::string previous_metadata_location;
};

/// What a conditional change of a table found.
enum class PointerChange : uint8_t {
  kDone,
  kMoved,  ///< The pointer is another, or the table is gone; nothing was changed.
  /// The pointer went on from where it was; whether by this change, metadata logs tell. This change
  /// can happen no more.
  kPassed,
  kShared,  ///< Another table keeps metadata at the place; nothing was changed.
};

/// A metadata file, written, and what is in it.
struct NewPointer {
  const std::string& metadata_location;
  const iceberg::TableMetadata& metadata;
};

class PointerStore {
 public:
  virtual ~PointerStore() = default;

  /// Errors: kInvalidArgument for a path that this place cannot hold.
  virtual Result<std::string> NamespaceKey(const NamespacePath& path) const = 0;
  /// Errors: kInvalidArgument for properties that are this place's own.
  virtual Status CheckProperties(const PropertyMap& properties) const = 0;

  virtual Result<bool> NamespaceExists(const std::string& name_space) = 0;
  /// The next levels below `parent`, or the outermost ones where it is empty.
  virtual Result<std::set<std::string>> ChildNamespaces(const std::string& parent) = 0;
  virtual Result<PropertyMap> NamespaceProperties(const std::string& name_space) = 0;
  /// Errors: kAlreadyExists.
  virtual Status InsertNamespace(const std::string& name_space, const PropertyMap& properties) = 0;
  /// Errors: kNoSuchNamespace.
  virtual Status UpdateNamespace(const std::string& name_space, const NamespaceChange& change) = 0;
  /// Errors: kNoSuchNamespace, kNamespaceNotEmpty.
  virtual Status DeleteNamespace(const std::string& name_space) = 0;

  /// Errors: kNoSuchNamespace.
  virtual Result<std::vector<std::string>> TableNames(const std::string& name_space) = 0;
  virtual Result<std::optional<TablePointer>> FindTable(const TableKey& key) = 0;
  /// The same once no change that was sent before can happen any more. Errors: kUnsupported where
  /// this place cannot see to that.
  virtual Result<std::optional<TablePointer>> FindTableSettled(const TableKey& key) = 0;
  /// Errors: kAlreadyExists (a view too), kNoSuchNamespace.
  virtual Status InsertTable(const TableKey& key, const NewPointer& to) = 0;
  /// Moves the pointer where it is `from`: kDone, kMoved or kPassed.
  virtual Result<PointerChange> SwapTable(const TableKey& key,
                                          const std::string& from,
                                          const NewPointer& to) = 0;
  /// Errors: kNoSuchTable, kAlreadyExists, kNoSuchNamespace.
  virtual Status RenameTable(const TableKey& from, const TableKey& to) = 0;
  /// Errors: kNoSuchTable.
  virtual Status DeleteTable(const TableKey& key) = 0;
  /// Deletes the table where its pointer is `metadata_location` and no other one that is known here
  /// keeps its metadata file below `location` or beside this one's.
  virtual Result<PointerChange> DeleteTableAlone(const TableKey& key,
                                                 const std::string& metadata_location,
                                                 const std::string& location) = 0;

  /// This place's own. Errors: kUnsupported where it keeps no views.
  virtual Result<ViewStore*> Views() = 0;
};

}  // namespace firn::catalog::pointer
