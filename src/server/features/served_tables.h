// ServedTables: the tables of a warehouse of this server as a table::TableStore: loaded by the
// catalog's own services, committed to by them, their files as its clients may use them
// (warehouse_files.h).
//
// Errors: those of service::TableService and TableCommitService; a commit to a table that was
// loaded to be read is kUnsupported. Thread-safety: any thread.
#pragma once

#include <memory>

#include "base/result.h"
#include "server/features/warehouse_files.h"
#include "server/service/environment.h"
#include "server/service/table_commits.h"
#include "server/service/tables.h"
#include "table/table_store.h"

namespace firn::server_features {

class ServedTables final : public table::TableStore {
 public:
  /// What `environment` refers to outlives this and the tables.
  ServedTables(const service::Environment& environment,
               service::CallContext call,
               FileAccess access = FileAccess::kRead);

  Result<table::Table> Load(const TableIdentifier& identifier) override;
  Result<table::Table> Commit(const table::Table& base, const table::TableChange& change) override;

 private:
  table::Table HandleOf(const TableIdentifier& identifier,
                        const service::MetadataEntry& entry) const;

  service::TableService tables_;
  service::TableCommitService commits_;
  const service::CallContext call_;
  const FileAccess access_;
  const std::shared_ptr<WarehouseFiles> files_;
};

}  // namespace firn::server_features
