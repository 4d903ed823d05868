// Snapshots as JSON. Specification: Appendix C, "Table Metadata and Snapshots".
//
// Errors: kInvalidArgument. Thread-safety: pure functions.
#pragma once

#include <string>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "iceberg/metadata/snapshot.h"

namespace firn::iceberg {

Result<Snapshot> ParseSnapshot(json::Element element);
void AppendSnapshot(const Snapshot& snapshot, JsonWriter& out);

}  // namespace firn::iceberg
