// The 23 changes a commit can make to a table, as data. Parsed by table_update_json.h, applied by
// apply_updates.h. REST: schema TableUpdate.
//
// Thread-safety: plain values.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "iceberg/metadata/encrypted_key.h"
#include "iceberg/metadata/snapshot.h"
#include "iceberg/metadata/snapshot_ref.h"
#include "iceberg/metadata/statistics.h"
#include "iceberg/metadata/table_properties.h"
#include "iceberg/schema/partition_spec.h"
#include "iceberg/schema/schema.h"
#include "iceberg/schema/sort_order.h"

namespace firn::iceberg {

// Shared with views.
struct AssignUuid {
  std::string uuid;
};
struct UpgradeFormatVersion {
  FormatVersion format_version = 0;
};
struct AddSchema {
  Schema schema;
};
struct SetLocation {
  std::string location;
};
struct SetProperties {
  PropertyMap updates;
};
struct RemoveProperties {
  std::vector<std::string> removals;
};

// Ids may be kLastAdded where the name says Set.
struct SetCurrentSchema {
  SchemaId schema_id;
};
struct AddSpec {
  UnboundPartitionSpec spec;
};
struct SetDefaultSpec {
  SpecId spec_id;
};
struct AddSortOrder {
  SortOrder order;
};
struct SetDefaultSortOrder {
  SortOrderId order_id;
};
struct AddSnapshot {
  SnapshotPtr snapshot;
};
struct SetSnapshotRef {
  std::string name;
  SnapshotRef ref;
};
struct RemoveSnapshots {
  std::vector<SnapshotId> snapshot_ids;
};
struct RemoveSnapshotRef {
  std::string name;
};
struct SetStatistics {
  StatisticsFile file;
};
struct RemoveStatistics {
  SnapshotId snapshot_id;
};
struct SetPartitionStatistics {
  PartitionStatisticsFile file;
};
struct RemovePartitionStatistics {
  SnapshotId snapshot_id;
};
struct RemovePartitionSpecs {
  std::vector<SpecId> spec_ids;
};
struct RemoveSchemas {
  std::vector<SchemaId> schema_ids;
};
struct AddEncryptionKey {
  EncryptedKey key;
};
struct RemoveEncryptionKey {
  std::string key_id;
};

using TableUpdate = std::variant<AssignUuid,
                                 UpgradeFormatVersion,
                                 AddSchema,
                                 SetCurrentSchema,
                                 AddSpec,
                                 SetDefaultSpec,
                                 AddSortOrder,
                                 SetDefaultSortOrder,
                                 AddSnapshot,
                                 SetSnapshotRef,
                                 RemoveSnapshots,
                                 RemoveSnapshotRef,
                                 SetLocation,
                                 SetProperties,
                                 RemoveProperties,
                                 SetStatistics,
                                 RemoveStatistics,
                                 SetPartitionStatistics,
                                 RemovePartitionStatistics,
                                 RemovePartitionSpecs,
                                 RemoveSchemas,
                                 AddEncryptionKey,
                                 RemoveEncryptionKey>;

}  // namespace firn::iceberg
