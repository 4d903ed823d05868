#include "table/maintain/maintenance.h"

#include <string>

#include "iceberg/metadata/table_properties.h"

namespace firn::table {

std::string_view ToString(MaintenancePhase phase) {
  switch (phase) {
    case MaintenancePhase::kListing:
      return "listing";
    case MaintenancePhase::kReading:
      return "reading";
    case MaintenancePhase::kRewriting:
      return "rewriting";
    case MaintenancePhase::kCommitting:
      return "committing";
    case MaintenancePhase::kDeleting:
      return "deleting";
  }
  return "";
}

Status CheckMayDeleteFiles(const iceberg::TableMetadata& table, std::string_view operation) {
  if (!iceberg::BoolProperty(*table.properties, "gc.enabled", true)) {
    return Error(ErrorCode::kInvalidArgument,
                 "Cannot " + std::string(operation) +
                     ": GC is disabled (deleting files may corrupt other tables)");
  }
  return {};
}

}  // namespace firn::table
