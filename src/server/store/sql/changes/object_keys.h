// The canonical places in an object's row, by which a purge finds whom it must leave alone: its
// location, and its metadata file where that lies elsewhere. Rows of former servers lack some of
// them; the migration to schema version 4 fills them.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "server/store/records.h"
#include "server/store/sql/session/session.h"

namespace firn::store::sql {

/// Where the object's metadata file is, if that is not below its location. One that cannot be read
/// is in nobody's way.
std::optional<std::string> MetadataKey(const ObjectPointer& pointer);

/// Sets both keys of every row, in the transaction that the session is in. A location that cannot
/// be read keeps the key that it has.
Status FillObjectKeys(Session& session);

}  // namespace firn::store::sql
