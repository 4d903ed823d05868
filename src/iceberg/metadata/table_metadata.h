// TableMetadata: everything Iceberg knows about a table between its files, v1 to v3. Parsed by
// table_metadata_json.h, derived by apply_updates.h, created by new_table.h; nothing else makes
// one, so what is below holds. Specification: "Table Metadata".
//
// Versions of a table share what did not change, texts included: copying a TableMetadata costs a
// few microseconds whatever the length of its history.
//
// Invariants: current schema, default spec and default order exist; every ref names a listed
// snapshot; `current_snapshot_id` is what main names; no snapshot has a sequence number above
// `last_sequence_number`.
//
// Thread-safety: immutable behind shared_ptr<const TableMetadata>.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "iceberg/metadata/encrypted_key.h"
#include "iceberg/metadata/history.h"
#include "iceberg/metadata/printed.h"
#include "iceberg/metadata/printed_list.h"
#include "iceberg/metadata/snapshot.h"
#include "iceberg/metadata/snapshot_ref.h"
#include "iceberg/metadata/statistics.h"
#include "iceberg/metadata/table_properties.h"
#include "iceberg/schema/partition_spec.h"
#include "iceberg/schema/schema.h"
#include "iceberg/schema/sort_order.h"

namespace firn::iceberg {

struct TableMetadata {
  FormatVersion format_version = kDefaultFormatVersion;
  /// As written; empty only where a v1 file has none.
  std::string uuid;
  /// Without a trailing slash.
  std::string location;
  SequenceNumber last_sequence_number;
  TimestampMs last_updated;

  FieldId last_column_id;
  SchemaId current_schema_id;
  PrintedList<Schema> schemas;

  SpecId default_spec_id;
  FieldId last_partition_id = kNoPartitionFieldId;
  PrintedList<PartitionSpec> specs;

  SortOrderId default_sort_order_id;
  PrintedList<SortOrder> sort_orders;

  Printed<PropertyMap> properties;

  std::optional<SnapshotId> current_snapshot_id;
  PrintedList<SnapshotEntry> snapshots;
  PrintedList<NamedRef> refs;
  /// Oldest first.
  PrintedList<SnapshotLogEntry> snapshot_log;
  /// Oldest first.
  PrintedList<MetadataLogEntry> metadata_log;

  PrintedList<StatisticsFile> statistics;
  PrintedList<PartitionStatisticsFile> partition_statistics;

  /// Row lineage (v3): higher than every assigned row id.
  int64_t next_row_id = 0;
  PrintedList<EncryptedKey> encryption_keys;

  const Schema& current_schema() const;
  const PartitionSpec& default_spec() const;
  const SortOrder& default_sort_order() const;
  /// Null where the table is empty.
  const Snapshot* current_snapshot() const;

  // Null where absent.
  const Schema* FindSchema(SchemaId id) const;
  const PartitionSpec* FindSpec(SpecId id) const;
  const SortOrder* FindSortOrder(SortOrderId id) const;
  const Snapshot* FindSnapshot(SnapshotId id) const;
  const SnapshotRef* FindRef(std::string_view name) const;
  std::optional<std::string_view> FindProperty(std::string_view name) const;

  /// What the next snapshot carries: one more than the last, 0 in v1.
  SequenceNumber next_sequence_number() const;
};

using TableMetadataPtr = std::shared_ptr<const TableMetadata>;

/// Entries of `before`'s metadata log that `after` no longer has: with
/// write.metadata.delete-after-commit.enabled in `after`, their files may be deleted once `after`
/// is committed.
std::vector<MetadataLogEntry> DroppedMetadataLog(const TableMetadata& before,
                                                 const TableMetadata& after);

}  // namespace firn::iceberg
