#include "iceberg/metadata/table_metadata.h"

#include <unordered_set>

#include "iceberg/metadata/list_items_internal.h"

namespace firn::iceberg {

const Schema& TableMetadata::current_schema() const { return *FindSchema(current_schema_id); }

const PartitionSpec& TableMetadata::default_spec() const { return *FindSpec(default_spec_id); }

const SortOrder& TableMetadata::default_sort_order() const {
  return *FindSortOrder(default_sort_order_id);
}

const Snapshot* TableMetadata::current_snapshot() const {
  return current_snapshot_id ? FindSnapshot(*current_snapshot_id) : nullptr;
}

const Schema* TableMetadata::FindSchema(SchemaId id) const {
  return schemas.FindLast([id](const Schema& schema) { return schema.id() == id; });
}

const PartitionSpec* TableMetadata::FindSpec(SpecId id) const {
  return specs.FindLast([id](const PartitionSpec& spec) { return spec.id == id; });
}

const SortOrder* TableMetadata::FindSortOrder(SortOrderId id) const {
  return sort_orders.FindLast([id](const SortOrder& order) { return order.id == id; });
}

const Snapshot* TableMetadata::FindSnapshot(SnapshotId id) const {
  const SnapshotEntry* entry =
      snapshots.FindLast([id](const SnapshotEntry& candidate) { return candidate.id == id; });
  return entry != nullptr ? entry->snapshot.get() : nullptr;
}

const SnapshotRef* TableMetadata::FindRef(std::string_view name) const {
  const NamedRef* found =
      refs.FindLast([name](const NamedRef& candidate) { return candidate.name == name; });
  return found != nullptr ? &found->ref : nullptr;
}

std::optional<std::string_view> TableMetadata::FindProperty(std::string_view name) const {
  auto found = properties->find(std::string(name));
  return found != properties->end() ? std::optional<std::string_view>(found->second) : std::nullopt;
}

SequenceNumber TableMetadata::next_sequence_number() const {
  return format_version > 1 ? NextId(last_sequence_number) : SequenceNumber(0);
}

std::vector<MetadataLogEntry> DroppedMetadataLog(const TableMetadata& before,
                                                 const TableMetadata& after) {
  std::unordered_set<std::string_view> kept;
  for (const MetadataLogEntry& entry : after.metadata_log) {
    kept.insert(entry.metadata_file);
  }
  std::vector<MetadataLogEntry> dropped;
  for (const MetadataLogEntry& entry : before.metadata_log) {
    if (!kept.contains(entry.metadata_file)) {
      dropped.push_back(entry);
    }
  }
  return dropped;
}

void SealLists(TableMetadata& metadata) {
  metadata.schemas.Seal();
  metadata.specs.Seal();
  metadata.sort_orders.Seal();
  metadata.snapshots.Seal();
  metadata.refs.Seal();
  metadata.snapshot_log.Seal();
  metadata.metadata_log.Seal();
  metadata.statistics.Seal();
  metadata.partition_statistics.Seal();
  metadata.encryption_keys.Seal();
}

}  // namespace firn::iceberg
