#include "server/features/served_tables.h"

#include <utility>
#include <variant>

#include "server/service/metadata_files.h"

namespace firn::server_features {

ServedTables::ServedTables(const service::Environment& environment,
                           service::CallContext call,
                           FileAccess access)
    : tables_(environment),
      commits_(environment),
      call_(std::move(call)),
      access_(access),
      files_(std::make_shared<WarehouseFiles>(environment, call_.warehouse, access)) {}

table::Table ServedTables::HandleOf(const TableIdentifier& identifier,
                                    const service::MetadataEntry& entry) const {
  return {.identifier = identifier,
          .metadata_location = entry.location(),
          .metadata = entry.table(),
          .files = files_,
          .config = {}};
}

Result<table::Table> ServedTables::Load(const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(service::MetadataEntryPtr entry, tables_.Load(call_, identifier));
  return HandleOf(identifier, *entry);
}

Result<table::Table> ServedTables::Commit(const table::Table& base,
                                          const table::TableChange& change) {
  if (access_ == FileAccess::kRead) {
    return Error(ErrorCode::kUnsupported, "This table is only read here");
  }
  ASSIGN_OR_RETURN(auto answer, commits_.Commit(call_, {.identifier = base.identifier,
                                                        .requirements = change.requirements,
                                                        .updates = change.updates}));
  // Without an idempotency key there is no other outcome.
  return HandleOf(base.identifier, *std::get<service::MetadataEntryPtr>(answer));
}

}  // namespace firn::server_features
