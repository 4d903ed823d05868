// Which snapshot of a table a scan reads, and by which schema. Source: Iceberg specification, "Scan
// Planning", "Point in Time Reads (Time Travel)"; the reference implementation's rules.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"

namespace firn::table {

/// The head of main; an empty table has none.
struct CurrentSnapshot {};
/// By the table's history of main: the snapshot that was current at that time.
struct AsOf {
  TimestampMs time;
};
/// A branch or tag.
struct RefName {
  std::string name;
};

using SnapshotSelector = std::variant<CurrentSnapshot, iceberg::SnapshotId, AsOf, RefName>;

/// nullptr only for the current snapshot of an empty table. Errors: kNotFound naming what there is
/// not: a snapshot, a ref, a snapshot at or before the time.
Result<const iceberg::Snapshot*> SelectSnapshot(const iceberg::TableMetadata& table,
                                                const SnapshotSelector& selector);

/// The schema that a scan of what `selector` names reads by: of a snapshot id, a time or a tag the
/// one that was current when the snapshot was written, else the table's.
const iceberg::Schema& SelectSchema(const iceberg::TableMetadata& table,
                                    const SnapshotSelector& selector,
                                    const iceberg::Snapshot* snapshot);

/// The table with what `selector` names as its current snapshot, and the columns of then, or of
/// `schema`: to be read, not changed. Errors: those of SelectSnapshot; kNotFound for a schema that
/// is not there.
Result<iceberg::TableMetadataPtr> MetadataAt(const iceberg::TableMetadata& table,
                                             const SnapshotSelector& selector,
                                             std::optional<iceberg::SchemaId> schema);

/// Appends after `from` (its own not among them; all of the line where nullopt) up to and with
/// `to`, newest first: what an incremental append scan reads. Other operations on the way are
/// passed over. Errors: kNotFound where one of the two is not in the table; kInvalidArgument where
/// `from` is no ancestor of `to`.
Result<std::vector<const iceberg::Snapshot*>> AppendsBetween(
    const iceberg::TableMetadata& table,
    std::optional<iceberg::SnapshotId> from,
    iceberg::SnapshotId to);

}  // namespace firn::table
