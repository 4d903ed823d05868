#include "iceberg/metadata/table_requirement.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"

namespace firn::iceberg {
namespace {

Error Failed(std::string_view what) {
  return Error(ErrorCode::kCommitConflict, fmt::format("Requirement failed: {}", what));
}

template <class Id>
Status CheckId(std::string_view what, Id expected, Id actual) {
  if (expected == actual) {
    return {};
  }
  return Failed(
      fmt::format("{} changed: expected id {} != {}", what, expected.value(), actual.value()));
}

Status CheckRef(const AssertRefSnapshotId& requirement, const SnapshotRef* ref) {
  const auto& expected = requirement.snapshot_id;
  if (ref == nullptr) {
    return expected ? Failed(fmt::format("branch or tag {} is missing, expected {}",
                                         requirement.ref, expected->value()))
                    : Status();
  }
  std::string_view type = ref->is_branch() ? "branch" : "tag";
  if (!expected) {
    return Failed(fmt::format("{} {} was created concurrently", type, requirement.ref));
  }
  if (*expected != ref->snapshot_id) {
    return Failed(fmt::format("{} {} has changed: expected id {} != {}", type, requirement.ref,
                              expected->value(), ref->snapshot_id.value()));
  }
  return {};
}

/// One overload a requirement, for a table that exists.
struct Checker {
  const TableMetadata& base;

  Status operator()(const AssertCreate&) const { return Failed("table already exists"); }
  Status operator()(const AssertTableUuid& requirement) const {
    if (EqualsIgnoringCase(requirement.uuid, base.uuid)) {
      return {};
    }
    return Failed(
        fmt::format("UUID does not match: expected {} != {}", base.uuid, requirement.uuid));
  }
  Status operator()(const AssertRefSnapshotId& requirement) const {
    return CheckRef(requirement, base.FindRef(requirement.ref));
  }
  Status operator()(const AssertLastAssignedFieldId& requirement) const {
    return CheckId("last assigned field id", requirement.last_assigned_field_id,
                   base.last_column_id);
  }
  Status operator()(const AssertCurrentSchemaId& requirement) const {
    return CheckId("current schema", requirement.current_schema_id, base.current_schema_id);
  }
  Status operator()(const AssertLastAssignedPartitionId& requirement) const {
    return CheckId("last assigned partition id", requirement.last_assigned_partition_id,
                   base.last_partition_id);
  }
  Status operator()(const AssertDefaultSpecId& requirement) const {
    return CheckId("default partition spec", requirement.default_spec_id, base.default_spec_id);
  }
  Status operator()(const AssertDefaultSortOrderId& requirement) const {
    return CheckId("default sort order", requirement.default_sort_order_id,
                   base.default_sort_order_id);
  }
};

/// What holds without a table: its absence, and that nothing was assigned yet.
Status CheckWithoutTable(const TableRequirement& requirement) {
  if (std::holds_alternative<AssertCreate>(requirement) ||
      std::holds_alternative<AssertLastAssignedFieldId>(requirement) ||
      std::holds_alternative<AssertLastAssignedPartitionId>(requirement)) {
    return {};
  }
  return Failed("table does not exist");
}

}  // namespace

Status CheckRequirements(const TableMetadata* base,
                         std::span<const TableRequirement> requirements) {
  for (const TableRequirement& requirement : requirements) {
    RETURN_IF_ERROR(base != nullptr ? std::visit(Checker{*base}, requirement)
                                    : CheckWithoutTable(requirement));
  }
  return {};
}

bool IsCreate(std::span<const TableRequirement> requirements) {
  return std::any_of(requirements.begin(), requirements.end(), [](const TableRequirement& r) {
    return std::holds_alternative<AssertCreate>(r);
  });
}

}  // namespace firn::iceberg
