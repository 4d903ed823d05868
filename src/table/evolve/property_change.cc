#include "table/evolve/property_change.h"

#include <utility>
#include <vector>

namespace firn::table {
namespace {

Status AddUpgrade(const iceberg::TableMetadata& table,
                  const iceberg::PropertyMap& set,
                  Updates& updates) {
  ASSIGN_OR_RETURN(int32_t version, iceberg::IntProperty(set, iceberg::kFormatVersionProperty,
                                                         table.format_version));
  if (version < table.format_version) {
    return InvalidArgument("Cannot downgrade v" + std::to_string(table.format_version) +
                           " table to v" + std::to_string(version));
  }
  if (version > iceberg::kMaxFormatVersion) {
    return InvalidArgument("Cannot upgrade table to unsupported format version: v" +
                           std::to_string(version));
  }
  if (version > table.format_version) {
    updates.emplace_back(iceberg::UpgradeFormatVersion{version});
  }
  return {};
}

}  // namespace

Result<Updates> ChangeProperties(const iceberg::TableMetadata& table,
                                 const iceberg::PropertyMap& set,
                                 std::span<const std::string> removed) {
  Updates updates;
  RETURN_IF_ERROR(AddUpgrade(table, set, updates));
  iceberg::SetProperties new_values;
  for (const auto& [name, value] : set) {
    if (name == iceberg::kFormatVersionProperty) {
      continue;
    }
    if (iceberg::IsReservedProperty(name)) {
      return InvalidArgument("Cannot set reserved property: " + name);
    }
    if (table.FindProperty(name) != value) {
      new_values.updates.emplace(name, value);
    }
  }
  iceberg::RemoveProperties removals;
  for (const std::string& name : removed) {
    if (set.contains(name)) {
      return InvalidArgument("Cannot remove and update the same key: " + name);
    }
    if (table.FindProperty(name).has_value()) {
      removals.removals.push_back(name);
    }
  }
  if (!new_values.updates.empty()) {
    updates.emplace_back(std::move(new_values));
  }
  if (!removals.removals.empty()) {
    updates.emplace_back(std::move(removals));
  }
  return updates;
}

}  // namespace firn::table
