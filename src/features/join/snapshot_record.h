// Which snapshots an answer was made of, in the metadata of its Arrow schema, and so in the Parquet
// and Arrow files that it is stored in:
//
//   firn.snapshots = {"VIEW":{"table":"db.stats","uuid":"...","snapshot-id":77,"schema-id":2},...}
//
// `snapshot-id` is null for a table that had none. `schema-id` is the schema that it was read by:
// of a current snapshot the table's, which may be newer than the snapshot's own. Views of one name
// are written once. Thread-safety: pure functions.
#pragma once

#include <memory>
#include <span>
#include <string>

#include <arrow/util/key_value_metadata.h>

#include "base/result.h"
#include "features/join/join_request.h"

namespace firn::features {

inline constexpr const char* kSnapshotsKey = "firn.snapshots";

/// JSON. Errors: kNotFound for a snapshot; kInvalidArgument naming a view where two of one name
/// read different tables, snapshots or schemas.
Result<std::string> SnapshotsOf(std::span<const JoinView> views);

/// `metadata`, which may be null, with the snapshots of `views` in place of others.
Result<std::shared_ptr<const arrow::KeyValueMetadata>> RecordSnapshots(
    const std::shared_ptr<const arrow::KeyValueMetadata>& metadata,
    std::span<const JoinView> views);

}  // namespace firn::features
