#include "table/maintain/snapshot_retention.h"

#include <algorithm>
#include <limits>
#include <set>

#include "iceberg/metadata/snapshot_line.h"
#include "iceberg/metadata/table_properties.h"

namespace firn::table {
namespace {

using iceberg::NamedRef;
using iceberg::Snapshot;
using iceberg::SnapshotId;
using iceberg::SnapshotRef;

constexpr int64_t kForeverMs = std::numeric_limits<int64_t>::max();
constexpr int64_t kSnapshotAgeMsDefault = int64_t{5} * 24 * 60 * 60 * 1000;

/// What counts where a ref says nothing.
struct Defaults {
  TimestampMs older_than;
  int32_t min_snapshots = 1;
  int64_t max_ref_age_ms = kForeverMs;
};

TimestampMs Before(TimestampMs now, int64_t age_ms) {
  // Far back instead of around the end.
  return TimestampMs(age_ms > now.value() ? std::min<int64_t>(0, now.value())
                                          : now.value() - age_ms);
}

Result<Defaults> ReadDefaults(const iceberg::TableMetadata& table,
                              const RetentionOptions& options,
                              TimestampMs now) {
  const iceberg::PropertyMap& properties = *table.properties;
  ASSIGN_OR_RETURN(int64_t age,
                   iceberg::LongProperty(properties, "history.expire.max-snapshot-age-ms",
                                         kSnapshotAgeMsDefault));
  ASSIGN_OR_RETURN(int32_t count,
                   iceberg::IntProperty(properties, "history.expire.min-snapshots-to-keep", 1));
  ASSIGN_OR_RETURN(int64_t ref_age,
                   iceberg::LongProperty(properties, "history.expire.max-ref-age-ms", kForeverMs));
  Defaults defaults{.older_than = options.older_than.value_or(Before(now, age)),
                    .min_snapshots = options.min_snapshots_to_keep.value_or(count),
                    .max_ref_age_ms = ref_age};
  if (defaults.min_snapshots < 1) {
    return Error(ErrorCode::kInvalidArgument,
                 "At least one snapshot is kept: " + std::to_string(defaults.min_snapshots));
  }
  return defaults;
}

class Selection {
 public:
  Selection(const iceberg::TableMetadata& table, const Defaults& defaults, TimestampMs now)
      : table_(table), defaults_(defaults), now_(now) {}

  Expired ByAge() {
    Expired expired;
    for (const NamedRef& named : table_.refs) {
      if (HasExpired(named)) {
        expired.refs.push_back(named.name);
      } else if (named.ref.is_branch()) {
        KeepBranch(named.ref);
      } else {
        kept_.insert(named.ref.snapshot_id);
        reached_.insert(named.ref.snapshot_id);
      }
    }
    for (const iceberg::SnapshotEntry& entry : table_.snapshots) {
      bool in_time =
          !reached_.contains(entry.id) && entry.snapshot->timestamp >= defaults_.older_than;
      if (!in_time && !kept_.contains(entry.id)) {
        expired.snapshots.push_back(entry.id);
      }
    }
    return expired;
  }

 private:
  bool HasExpired(const NamedRef& named) const {
    const Snapshot* snapshot = table_.FindSnapshot(named.ref.snapshot_id);
    if (named.name == iceberg::kMainBranch) {
      return false;
    }
    int64_t age = named.ref.max_ref_age_ms.value_or(defaults_.max_ref_age_ms);
    return snapshot == nullptr || snapshot->timestamp < Before(now_, age);
  }

  void KeepBranch(const SnapshotRef& ref) {
    const TimestampMs older_than = ref.max_snapshot_age_ms.has_value()
                                       ? Before(now_, *ref.max_snapshot_age_ms)
                                       : defaults_.older_than;
    const int32_t count = ref.min_snapshots_to_keep.value_or(defaults_.min_snapshots);
    int32_t kept = 0;
    bool keeps = true;
    iceberg::SnapshotLine line(table_, table_.FindSnapshot(ref.snapshot_id));
    while (const Snapshot* snapshot = line.Next()) {
      keeps = keeps && (kept < count || snapshot->timestamp >= older_than);
      if (keeps) {
        kept_.insert(snapshot->id);
        ++kept;
      }
      reached_.insert(snapshot->id);
    }
  }

  const iceberg::TableMetadata& table_;
  const Defaults& defaults_;
  const TimestampMs now_;
  std::set<SnapshotId> kept_;
  /// Those that a ref which stays leads to.
  std::set<SnapshotId> reached_;
};

Status AddNamed(const iceberg::TableMetadata& table,
                const std::vector<SnapshotId>& snapshots,
                Expired& expired) {
  for (SnapshotId id : snapshots) {
    if (table.FindSnapshot(id) == nullptr) {
      return Error(ErrorCode::kInvalidArgument,
                   "Cannot expire unknown snapshot: " + std::to_string(id.value()));
    }
    for (const NamedRef& named : table.refs) {
      bool stays = std::ranges::find(expired.refs, named.name) == expired.refs.end();
      if (stays && named.ref.snapshot_id == id) {
        return Error(ErrorCode::kInvalidArgument, "Cannot expire " + std::to_string(id.value()) +
                                                      ". Still referenced by refs: " + named.name);
      }
    }
    if (std::ranges::find(expired.snapshots, id) == expired.snapshots.end()) {
      expired.snapshots.push_back(id);
    }
  }
  return {};
}

}  // namespace

Result<Expired> SelectExpired(const iceberg::TableMetadata& table,
                              const RetentionOptions& options,
                              TimestampMs now) {
  ASSIGN_OR_RETURN(Defaults defaults, ReadDefaults(table, options, now));
  Expired expired;
  if (options.rule == RetentionRule::kByAge) {
    expired = Selection(table, defaults, now).ByAge();
  }
  RETURN_IF_ERROR(AddNamed(table, options.snapshots, expired));
  return expired;
}

}  // namespace firn::table
