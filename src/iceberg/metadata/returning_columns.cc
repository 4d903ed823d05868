// The part of TableMetadataBuilder that looks at columns which had been dropped and come back. Its
// cost is linear in the metadata, whatever schemas a table has collected.
#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "iceberg/metadata/table_metadata_builder_internal.h"
#include "iceberg/metadata/update_rules_internal.h"
#include "iceberg/schema/schema_evolution.h"

namespace firn::iceberg {
namespace {

/// What the data that can still be reached was written with.
struct ReachableData {
  std::set<SchemaId> schemas;
  /// False where more data may be reachable: snapshots on the way were expired, though their files
  /// may live on in later ones, or do not say which schema they have.
  bool whole = true;
};

/// `added`: snapshots of the updates themselves, which vouch for no schema.
ReachableData DataOfRefs(const TableMetadata& table, const std::set<SnapshotId>& added) {
  std::unordered_map<int64_t, const Snapshot*> by_id;
  for (const SnapshotEntry& entry : table.snapshots) {
    by_id.emplace(entry.snapshot->id.value(), entry.snapshot.get());
  }
  ReachableData data;
  std::unordered_set<int64_t> seen;
  for (const NamedRef& ref : table.refs) {
    std::optional<SnapshotId> next = ref.ref.snapshot_id;
    while (next && seen.insert(next->value()).second) {
      auto found = by_id.find(next->value());
      if (found == by_id.end()) {
        data.whole = false;
        break;
      }
      const Snapshot& snapshot = *found->second;
      if (added.contains(snapshot.id)) {
        // Its data is new.
      } else if (snapshot.schema_id) {
        data.schemas.insert(*snapshot.schema_id);
      } else {
        data.whole = false;
      }
      next = snapshot.parent_id;
    }
  }
  return data;
}

/// The newest schemas that have a column; null for none.
struct LastSeen {
  const Schema* any = nullptr;
  const Schema* with_data = nullptr;
};

std::vector<const Schema*> NewestFirst(const TableMetadata& table) {
  std::vector<const Schema*> schemas;
  for (const Schema& schema : table.schemas) {
    schemas.push_back(&schema);
  }
  std::ranges::sort(schemas, [](const Schema* a, const Schema* b) { return a->id() > b->id(); });
  return schemas;
}

}  // namespace

Status TableMetadataBuilder::CheckReturningColumns() const {
  const Schema& current = next_.current_schema();
  std::map<FieldId, LastSeen> returning;
  for (FieldId id : current.field_ids()) {
    if (id <= base_->last_column_id && base_->current_schema().FindField(id) == nullptr) {
      returning.emplace_hint(returning.end(), id, LastSeen());
    }
  }
  const Snapshot* main = next_.current_snapshot();
  bool of_main = main != nullptr && !IsAdded(main->id) && main->schema_id == current.id();
  if (returning.empty() || of_main) {
    return {};
  }
  ReachableData data = DataOfRefs(next_, added_snapshots_);
  for (const Schema* schema : NewestFirst(*base_)) {
    RETURN_IF_ERROR(CheckTime(context_.expired));
    bool has_data = data.schemas.contains(schema->id());
    for (FieldId id : schema->field_ids()) {
      auto column = returning.find(id);
      if (column != returning.end()) {
        LastSeen& last = column->second;
        last.any = last.any == nullptr ? schema : last.any;
        last.with_data = last.with_data == nullptr && has_data ? schema : last.with_data;
      }
    }
  }
  for (const auto& [id, last] : returning) {
    if (last.with_data != nullptr) {
      RETURN_IF_ERROR(CheckFieldEvolution(*last.with_data, current, id, next_.format_version));
    }
    if (last.any != nullptr && (last.with_data == nullptr || !data.whole)) {
      RETURN_IF_ERROR(CheckFieldEvolution(*last.any, current, id, next_.format_version));
    }
  }
  return {};
}

}  // namespace firn::iceberg
