// Which types a column may turn into under its id. Specification: "Schema Evolution". A column that
// goes, comes or is renamed is always allowed; so is a required column without a default, which
// clients send where their user allowed incompatible changes.
//
// Errors: kInvalidArgument. Thread-safety: pure functions.
#pragma once

#include "base/result.h"
#include "iceberg/schema/ids.h"
#include "iceberg/schema/schema.h"

namespace firn::iceberg {

/// Every field both schemas have, by id, has a type in `to` that reads what `from` wrote.
Status CheckEvolution(const Schema& from, const Schema& to, FormatVersion format_version);

/// The same for one field, which both have or which may be missing in either.
Status CheckFieldEvolution(const Schema& from,
                           const Schema& to,
                           FieldId id,
                           FormatVersion format_version);

}  // namespace firn::iceberg
