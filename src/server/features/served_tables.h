// ServedTables: the tables of a warehouse of this server as a table::TableStore: loaded by the
// catalog's own service, their files as its clients may read them (warehouse_files.h).
//
// Errors: those of service::TableService; Commit is kUnsupported. Thread-safety: any thread.
#pragma once

#include <memory>

#include "base/result.h"
#include "server/features/warehouse_files.h"
#include "server/service/environment.h"
#include "server/service/tables.h"
#include "table/table_store.h"

namespace firn::server_features {

class ServedTables final : public table::TableStore {
 public:
  /// What `environment` refers to outlives this and the tables.
  ServedTables(const service::Environment& environment, service::CallContext call);

  Result<table::Table> Load(const TableIdentifier& identifier) override;
  Result<table::Table> Commit(const table::Table& base, const table::TableChange& change) override;

 private:
  service::TableService tables_;
  const service::CallContext call_;
  const std::shared_ptr<WarehouseFiles> files_;
};

}  // namespace firn::server_features
