// Gives every field of a schema a new id, in the order the reference implementation does: all
// fields of a struct first, then what they nest, in turn. Used where a table or view is created.
//
// Thread-safety: pure functions.
#pragma once

#include "base/result.h"
#include "iceberg/schema/schema.h"

namespace firn::iceberg {

/// Ids count up from `last_used` + 1; identifier fields follow their columns.
Result<Schema> AssignFreshIds(const Schema& schema, SchemaId id, FieldId last_used);

}  // namespace firn::iceberg
