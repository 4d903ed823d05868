// TableMetadataBuilder: applies updates one by one to a copy of the base, which shares all that
// stays. apply_updates.cc drives it; its members are in four files: the plain fields and Build
// (table_metadata_builder.cc), schemas, specs and orders (structure_builder.cc), columns that come
// back (returning_columns.cc), snapshots, refs and their log (history_builder.cc). Private to this
// folder.
//
// Errors: as ApplyUpdates. After one the builder is of no use.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/apply_updates.h"
#include "iceberg/metadata/partition_fields_internal.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/table_update.h"

namespace firn::iceberg {

class TableMetadataBuilder {
 public:
  /// `base` is null for a new table; then `initial_version` is its format version.
  TableMetadataBuilder(TableMetadataPtr base,
                       FormatVersion initial_version,
                       const ApplyContext& context);

  Status Apply(const AssignUuid& update);
  Status Apply(const UpgradeFormatVersion& update);
  Status Apply(const SetLocation& update);
  Status Apply(const SetProperties& update);
  Status Apply(const RemoveProperties& update);
  Status Apply(const SetStatistics& update);
  Status Apply(const RemoveStatistics& update);
  Status Apply(const SetPartitionStatistics& update);
  Status Apply(const RemovePartitionStatistics& update);
  Status Apply(const AddEncryptionKey& update);
  Status Apply(const RemoveEncryptionKey& update);

  Status Apply(const AddSchema& update);
  Status Apply(const SetCurrentSchema& update);
  Status Apply(const RemoveSchemas& update);
  Status Apply(const AddSpec& update);
  Status Apply(const SetDefaultSpec& update);
  Status Apply(const RemovePartitionSpecs& update);
  Status Apply(const AddSortOrder& update);
  Status Apply(const SetDefaultSortOrder& update);

  Status Apply(const AddSnapshot& update);
  Status Apply(const RemoveSnapshots& update);
  Status Apply(const SetSnapshotRef& update);
  Status Apply(const RemoveSnapshotRef& update);

  /// The base itself where nothing changed.
  Result<TableMetadataPtr> Build();

 private:
  PropertyMap& MutableProperties();
  void PrintProperties();
  Status AddPreviousFile();

  Result<PartitionSpec> BindNewSpec(const UnboundPartitionSpec& spec, const Schema& schema);
  PartitionFields& UsedPartitionFields();
  /// Schemas by ContentHash, each list in the table's order.
  using SchemasByHash = std::unordered_map<size_t, std::vector<Schema>>;
  SchemasByHash& IndexedSchemas();
  /// Data that stays must be readable by the new current schema.
  Status CheckSchemaChange() const;
  /// The same for columns that had been dropped. What counts is the newest schema that has them of
  /// those with data that refs reach; where no such data is known for sure, the newest schema that
  /// has them. The schema of the snapshot that main names is always right: going back to it.
  Status CheckReturningColumns() const;

  /// The table's next row id after the snapshot's rows.
  Result<int64_t> NextRowId(const Snapshot& snapshot) const;
  void RemoveRef(std::string_view name);
  bool IsAdded(SnapshotId id) const;
  /// kCommitConflict where a ref went with its snapshot alone: it is of a client that came first.
  Status CheckNoRefLost() const;
  /// Drops log entries that no commit ever made current, and all before a gap.
  Status FinishSnapshotLog();

  TableMetadataPtr base_;
  ApplyContext context_;
  TableMetadata next_;
  bool changed_ = false;
  bool structure_changed_ = false;
  /// The properties once an update touched them: printed when all have.
  std::optional<PropertyMap> properties_;

  std::optional<SchemaId> last_added_schema_;
  std::optional<SpecId> last_added_spec_;
  std::optional<SortOrderId> last_added_order_;

  /// Made when the first schema is added; none after schemas were removed.
  std::optional<SchemasByHash> schemas_by_hash_;
  SchemaId last_schema_id_;
  /// Made when the first spec is added; none after specs were removed.
  std::optional<PartitionFields> partition_fields_;

  std::set<SnapshotId> added_snapshots_;
  /// Added snapshots that these updates made main's.
  std::set<SnapshotId> set_as_main_;
  bool removed_snapshots_ = false;
  /// Of removed snapshots, until an update removes or sets them.
  std::set<std::string, std::less<>> lost_refs_;
  /// True once main was removed: what the table held before is history only.
  bool emptied_ = false;
  /// How many log entries at the end are new, and one more.
  size_t log_entries_to_check_ = 2;
};

}  // namespace firn::iceberg
