// TableStore: what work on tables needs of a catalog: to load a table and to commit a change to it.
// `catalog` implements it for catalogs elsewhere, `server/service` in process; table/commit calls
// it. Table is the handle that everything in this folder works on.
//
// Errors of both calls: kNoSuchTable; kForbidden, kUnauthenticated; kUnavailable and
// kResourceExhausted ("nothing was changed").
// Thread-safety: a TableStore from any thread; a Table is a value that shares what is immutable.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/table_identifier.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/table_properties.h"
#include "iceberg/metadata/table_requirement.h"
#include "iceberg/metadata/table_update.h"
#include "storage/object_store.h"

namespace firn::table {

/// A table as it was when it was loaded.
struct Table {
  TableIdentifier identifier;
  /// Of `metadata`; never read again to find out what is current.
  std::string metadata_location;
  iceberg::TableMetadataPtr metadata;
  /// Where its files are.
  std::shared_ptr<storage::ObjectStore> files;
  /// What the catalog said beside the metadata; may hold credentials: never printed.
  iceberg::PropertyMap config;
};

/// What a commit asks for, as data.
struct TableChange {
  std::vector<iceberg::TableUpdate> updates;
  std::vector<iceberg::TableRequirement> requirements;
};

class TableStore {
 public:
  virtual ~TableStore() = default;

  virtual Result<Table> Load(const TableIdentifier& identifier) = 0;

  /// Applies the updates where the requirements hold, and returns the table as the commit left it
  /// (others may have committed since).
  ///
  /// Success proves that it happened, once. kCommitConflict: it did not, another commit came first;
  /// load and try again. kCommitStateUnknown: it may have happened or may yet happen; nothing that
  /// the change names may be deleted. Every other error: it did not happen and never will.
  /// Implementations turn whatever they cannot prove into kCommitStateUnknown.
  virtual Result<Table> Commit(const Table& base, const TableChange& change) = 0;
};

}  // namespace firn::table
