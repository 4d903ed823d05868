// The 8 conditions a commit can put on the table it changes. A requirement that fails means another
// commit came first. Parsed by table_requirement_json.h. REST: schema TableRequirement.
//
// Errors of the check: kCommitConflict "Requirement failed: ...": the client reloads and tries
// again. Thread-safety: plain values and pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"

namespace firn::iceberg {

/// The table does not exist.
struct AssertCreate {};
/// Case does not matter.
struct AssertTableUuid {
  std::string uuid;
};
/// nullopt: the ref does not exist.
struct AssertRefSnapshotId {
  std::string ref;
  std::optional<SnapshotId> snapshot_id;
};
struct AssertLastAssignedFieldId {
  FieldId last_assigned_field_id;
};
struct AssertCurrentSchemaId {
  SchemaId current_schema_id;
};
struct AssertLastAssignedPartitionId {
  FieldId last_assigned_partition_id;
};
struct AssertDefaultSpecId {
  SpecId default_spec_id;
};
struct AssertDefaultSortOrderId {
  SortOrderId default_sort_order_id;
};

using TableRequirement = std::variant<AssertCreate,
                                      AssertTableUuid,
                                      AssertRefSnapshotId,
                                      AssertLastAssignedFieldId,
                                      AssertCurrentSchemaId,
                                      AssertLastAssignedPartitionId,
                                      AssertDefaultSpecId,
                                      AssertDefaultSortOrderId>;

/// `base` is null where the table does not exist. The first requirement that fails is reported.
Status CheckRequirements(const TableMetadata* base, std::span<const TableRequirement> requirements);

/// True where one of them is AssertCreate: the commit creates its table.
bool IsCreate(std::span<const TableRequirement> requirements);

}  // namespace firn::iceberg
