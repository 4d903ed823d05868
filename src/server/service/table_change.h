// TableChange: what a commit asks of one table, as it came.
#pragma once

#include <vector>

#include "base/table_identifier.h"
#include "iceberg/metadata/table_requirement.h"
#include "iceberg/metadata/table_update.h"

namespace firn::service {

struct TableChange {
  TableIdentifier identifier;
  std::vector<iceberg::TableRequirement> requirements;
  std::vector<iceberg::TableUpdate> updates;
};

}  // namespace firn::service
