// NewTableMetadata: the first metadata of a table, from what createTable is told.
//
// Errors: kInvalidArgument. Thread-safety: pure function.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/uuid.h"
#include "iceberg/metadata/table_metadata.h"

namespace firn::iceberg {

struct CreateTableSpec {
  /// Ids are the client's: the table gets fresh ones, in spec and order too.
  Schema schema;
  std::optional<UnboundPartitionSpec> spec;
  std::optional<SortOrder> order;
  std::string location;
  /// `format-version` chooses the version (default 2); reserved names are not stored.
  PropertyMap properties;
  Uuid uuid;
};

Result<TableMetadataPtr> NewTableMetadata(const CreateTableSpec& spec, TimestampMs now);

}  // namespace firn::iceberg
