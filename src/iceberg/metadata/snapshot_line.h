// SnapshotLine: a snapshot, its parent, its parent's parent, ... as far as the table still knows
// them. Metadata that others wrote may hold a ring of parents: no more are given than the table has
// snapshots.
//
// Thread-safety: one thread at a time; the table outlives the line.
//
//   for (SnapshotLine line(table, head); const Snapshot* snapshot = line.Next();) { ... }
#pragma once

#include <cstddef>

#include "iceberg/metadata/table_metadata.h"

namespace firn::iceberg {

class SnapshotLine {
 public:
  /// `newest` may be null: none.
  SnapshotLine(const TableMetadata& table, const Snapshot* newest) : table_(table), next_(newest) {}

  /// Null at the end.
  const Snapshot* Next() {
    if (next_ == nullptr || given_ == table_.snapshots.size()) {
      return nullptr;
    }
    ++given_;
    const Snapshot* snapshot = next_;
    next_ = snapshot->parent_id ? table_.FindSnapshot(*snapshot->parent_id) : nullptr;
    return snapshot;
  }

 private:
  const TableMetadata& table_;
  const Snapshot* next_;
  size_t given_ = 0;
};

/// True where `ancestor` is `snapshot` or in its line.
inline bool IsAncestorOf(const TableMetadata& table, SnapshotId ancestor, SnapshotId snapshot) {
  SnapshotLine line(table, table.FindSnapshot(snapshot));
  while (const Snapshot* one = line.Next()) {
    if (one->id == ancestor) {
      return true;
    }
  }
  return false;
}

}  // namespace firn::iceberg
