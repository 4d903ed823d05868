// Partition evolution: steps that change a table's default spec; and its sort order. Data stays
// where it is: old files keep their spec. Source: specification, "Partition Evolution".
//
// In v1 a removed field stays as `void`, because there fields are known by their place; from v2 on
// it is left out, and a field that comes back gets the id it had. Specs come with all their ids: of
// itself, one above the table's highest; of its fields, in v1 by their place, from v2 on above the
// last that the table assigned.
//
// Errors: kInvalidArgument for a column or field that is not there, a name that is taken, a
// transform that does not fit, a second calendar transform of one column. Thread-safety: plain
// values, pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/schema/partition_spec.h"
#include "iceberg/schema/schema.h"
#include "iceberg/schema/sort_order.h"
#include "iceberg/schema/transform.h"
#include "table/evolve/updates_action.h"

namespace firn::table {

struct AddPartitionField {
  /// Full name of the column.
  std::string source;
  iceberg::Transform transform = iceberg::Transform::Plain(iceberg::TransformKind::kIdentity);
  /// nullopt: PartitionFieldName.
  std::optional<std::string> name;
};

struct RemovePartitionField {
  std::string name;
};

struct RenamePartitionField {
  std::string name;
  std::string new_name;
};

using SpecStep = std::variant<AddPartitionField, RemovePartitionField, RenamePartitionField>;

/// Makes the result the default spec; no updates where it is that already.
Result<Updates> ChangeSpec(const iceberg::TableMetadata& table, std::span<const SpecStep> steps);

/// `x`, `x_bucket_16`, `x_trunc_4`, `x_year`, ...: as the reference implementation names fields.
std::string PartitionFieldName(const std::string& source, const iceberg::Transform& transform);

/// The spec of a table that is yet to be made.
Result<iceberg::UnboundPartitionSpec> NewSpec(const iceberg::Schema& schema,
                                              std::span<const AddPartitionField> fields);

/// A field of a sort order, by name.
struct SortColumn {
  std::string source;
  iceberg::Transform transform = iceberg::Transform::Plain(iceberg::TransformKind::kIdentity);
  iceberg::SortDirection direction = iceberg::SortDirection::kAscending;
  iceberg::NullOrder null_order = iceberg::NullOrder::kNullsFirst;
};

/// The order of a table that is yet to be made; unsorted without columns.
Result<iceberg::SortOrder> NewSortOrder(const iceberg::Schema& schema,
                                        std::span<const SortColumn> columns);

/// Makes the order the default; empty: unsorted.
Result<Updates> ReplaceSortOrder(const iceberg::TableMetadata& table,
                                 std::span<const SortColumn> columns);

}  // namespace firn::table
