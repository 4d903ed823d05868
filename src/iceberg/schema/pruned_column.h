// A column with nothing in its structs but what leads to one field.
//
// Thread-safety: a pure function.
#pragma once

#include <optional>
#include <span>

#include "iceberg/schema/ids.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

/// Of the first column that is the field or holds it, at any depth outside lists and maps; nullopt
/// where none does.
std::optional<NestedField> PrunedColumn(std::span<const NestedField> columns, FieldId id);

}  // namespace firn::iceberg
