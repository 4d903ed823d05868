#include "server/features/served_tables.h"

#include <utility>

#include "server/service/metadata_files.h"

namespace firn::server_features {

ServedTables::ServedTables(const service::Environment& environment, service::CallContext call)
    : tables_(environment),
      call_(std::move(call)),
      files_(std::make_shared<WarehouseFiles>(environment, call_.warehouse)) {}

Result<table::Table> ServedTables::Load(const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(service::MetadataEntryPtr entry, tables_.Load(call_, identifier));
  return table::Table{.identifier = identifier,
                      .metadata_location = entry->location(),
                      .metadata = entry->table(),
                      .files = files_,
                      .config = {}};
}

Result<table::Table> ServedTables::Commit(const table::Table&, const table::TableChange&) {
  return Error(ErrorCode::kUnsupported, "Tables are only read for features");
}

}  // namespace firn::server_features
