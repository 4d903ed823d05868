// Snapshot: the state of a table at one time, and the summary of the change that made it.
// Specification: "Snapshots".
//
// Thread-safety: immutable once in metadata; shared between metadata versions.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "iceberg/schema/ids.h"

namespace firn::iceberg {

/// String pairs in the order they were written, packed in one buffer: a table has thousands of
/// summaries of a dozen pairs each.
class SnapshotSummary {
 public:
  void Add(std::string_view key, std::string_view value);
  /// Room for what Add will bring.
  void Reserve(size_t pairs, size_t bytes);

  size_t size() const { return ends_.size() / 2; }
  bool empty() const { return ends_.empty(); }
  std::string_view key(size_t i) const { return Part(2 * i); }
  std::string_view value(size_t i) const { return Part(2 * i + 1); }
  std::optional<std::string_view> Find(std::string_view key) const;

  friend bool operator==(const SnapshotSummary&, const SnapshotSummary&) = default;

 private:
  std::string_view Part(size_t i) const {
    size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }

  std::string bytes_;
  std::vector<uint32_t> ends_;
};

struct Snapshot {
  SnapshotId id;
  std::optional<SnapshotId> parent_id;
  /// 0 in v1.
  SequenceNumber sequence_number;
  TimestampMs timestamp;
  /// append, replace, overwrite or delete; nullopt where a v1 file has no summary.
  std::optional<std::string> operation;
  /// Without `operation`.
  SnapshotSummary summary;
  /// Location of the manifest list; empty where `manifests` is used.
  std::string manifest_list;
  /// Locations of manifests: v1 files without a manifest list.
  std::vector<std::string> manifests;
  std::optional<SchemaId> schema_id;
  /// Row lineage (v3).
  std::optional<int64_t> first_row_id;
  std::optional<int64_t> added_rows;
  /// The key that encrypts the manifest list's key metadata (v3).
  std::optional<std::string> key_id;

  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// What metadata lists: the id beside the snapshot, so that a search reads one array.
struct SnapshotEntry {
  SnapshotId id;
  SnapshotPtr snapshot;
};

}  // namespace firn::iceberg
