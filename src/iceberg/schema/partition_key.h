// PartitionKey: partition tuples as one text, to find equal ones by. An int equals the long, a
// float the double that its column was promoted to later: manifests from before and after have one
// and the other. Source: Iceberg specification, "Schema Evolution" (promotions of partition
// sources) and "Scan Planning" (deletes of the same partition).
//
// Thread-safety: a pure function.
#pragma once

#include <string>

#include "iceberg/schema/ids.h"
#include "iceberg/schema/literal.h"

namespace firn::iceberg {

/// Spec and non-null values: equal where the partitions are.
std::string PartitionKey(SpecId spec, const StructValue& partition);

}  // namespace firn::iceberg
