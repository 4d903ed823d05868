// Which snapshots and refs of a table have had their time. Source: specification, "Snapshot
// Retention Policy"; table properties `history.expire.*`, whose names and defaults are the
// reference implementation's.
//
// - A ref other than main goes when its snapshot is older than the ref's max-ref-age-ms, or is not
//   there.
// - A branch that stays keeps its head, its newest min-snapshots-to-keep, and what is not older
//   than its max-snapshot-age-ms, up to the first that is neither; a tag keeps its snapshot.
// - A snapshot that no ref leads to goes when it is older than the table's age.
//
// Errors: kInvalidArgument for a named snapshot that is not there or that a ref names, and for
// properties that are not of their type. Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"

namespace firn::table {

/// Whether the ages of snapshots and refs count, or only what is named.
enum class RetentionRule : uint8_t { kByAge, kNamedOnly };

struct RetentionOptions {
  RetentionRule rule = RetentionRule::kByAge;
  /// In the place of the table's `history.expire.max-snapshot-age-ms`; a branch's own age still
  /// goes first.
  std::optional<TimestampMs> older_than;
  /// In the place of the table's `history.expire.min-snapshots-to-keep`, likewise; at least 1.
  std::optional<int32_t> min_snapshots_to_keep;
  /// These go whatever their age.
  std::vector<iceberg::SnapshotId> snapshots;
};

struct Expired {
  std::vector<std::string> refs;
  /// In the table's order.
  std::vector<iceberg::SnapshotId> snapshots;

  bool empty() const { return refs.empty() && snapshots.empty(); }
};

Result<Expired> SelectExpired(const iceberg::TableMetadata& table,
                              const RetentionOptions& options,
                              TimestampMs now);

}  // namespace firn::table
