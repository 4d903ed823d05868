#include "iceberg/schema/pruned_column.h"

#include <utility>

namespace firn::iceberg {

std::optional<NestedField> PrunedColumn(std::span<const NestedField> columns, FieldId id) {
  for (const NestedField& column : columns) {
    if (column.id == id) {
      return column;
    }
    if (!column.type->is_struct()) {
      continue;
    }
    if (auto inner = PrunedColumn(column.type->fields(), id)) {
      NestedField pruned = column;
      pruned.type = Type::Struct({*std::move(inner)});
      return pruned;
    }
  }
  return std::nullopt;
}

}  // namespace firn::iceberg
