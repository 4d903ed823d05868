#include "iceberg/metadata/table_metadata_json.h"

#include <algorithm>
#include <vector>

#include "base/json_writer.h"
#include "iceberg/metadata/list_items_internal.h"

namespace firn::iceberg {
namespace {

/// Room for what is not in a list.
constexpr size_t kFixedPartBytes = 2048;
/// From here on a table without snapshots leaves the field out; before, it says -1.
constexpr FormatVersion kNoCurrentSnapshotVersion = 3;

template <class T>
void AppendArray(std::string_view key,
                 const PrintedList<T>& list,
                 JsonWriter& out,
                 std::string& text) {
  out.Key(key).BeginArray();
  list.AppendTexts(text);
  out.EndArray();
}

void AppendRefs(const PrintedList<NamedRef>& refs, JsonWriter& out, std::string& text) {
  out.Key("refs").BeginObject();
  refs.AppendTexts(text);
  out.EndObject();
}

void AppendReferencedSnapshots(const TableMetadata& metadata, JsonWriter& out) {
  std::vector<SnapshotId> referenced;
  for (const NamedRef& named : metadata.refs) {
    referenced.push_back(named.ref.snapshot_id);
  }
  std::sort(referenced.begin(), referenced.end());
  out.Key("snapshots").BeginArray();
  for (auto entry = metadata.snapshots.begin(); entry != metadata.snapshots.end(); ++entry) {
    if (std::binary_search(referenced.begin(), referenced.end(), entry->id)) {
      out.Raw(entry.json());
    }
  }
  out.EndArray();
}

void AppendHeader(const TableMetadata& metadata, JsonWriter& out) {
  out.Field("format-version", metadata.format_version);
  if (!metadata.uuid.empty()) {
    out.Field("table-uuid", metadata.uuid);
  }
  out.Field("location", metadata.location);
  if (metadata.format_version > 1) {
    out.Field("last-sequence-number", metadata.last_sequence_number.value());
  }
  out.Field("last-updated-ms", metadata.last_updated.value());
  out.Field("last-column-id", metadata.last_column_id.value());
}

/// Schemas, specs and orders; v1 repeats the current ones for old readers.
void AppendStructure(const TableMetadata& metadata, JsonWriter& out, std::string& text) {
  if (metadata.format_version == 1) {
    out.Key("schema");
    AppendSchema(metadata.current_schema(), out);
  }
  out.Field("current-schema-id", metadata.current_schema_id.value());
  AppendArray("schemas", metadata.schemas, out, text);
  if (metadata.format_version == 1) {
    out.Key("partition-spec");
    AppendPartitionFields(metadata.default_spec(), out);
  }
  out.Field("default-spec-id", metadata.default_spec_id.value());
  AppendArray("partition-specs", metadata.specs, out, text);
  out.Field("last-partition-id", metadata.last_partition_id.value());
  out.Field("default-sort-order-id", metadata.default_sort_order_id.value());
  AppendArray("sort-orders", metadata.sort_orders, out, text);
}

void AppendCurrentSnapshot(const TableMetadata& metadata, JsonWriter& out) {
  if (metadata.current_snapshot_id) {
    out.Field("current-snapshot-id", metadata.current_snapshot_id->value());
  } else if (metadata.format_version < kNoCurrentSnapshotVersion) {
    out.Field("current-snapshot-id", -1);
  }
}

size_t TextSize(const TableMetadata& metadata, SnapshotSelection selection) {
  size_t snapshots = selection == SnapshotSelection::kAll ? metadata.snapshots.text_size() : 0;
  return kFixedPartBytes + metadata.properties.json().size() + metadata.schemas.text_size() +
         metadata.specs.text_size() + metadata.sort_orders.text_size() + metadata.refs.text_size() +
         snapshots + metadata.snapshot_log.text_size() + metadata.metadata_log.text_size() +
         metadata.statistics.text_size() + metadata.partition_statistics.text_size() +
         metadata.encryption_keys.text_size();
}

}  // namespace

void AppendTableMetadata(const TableMetadata& metadata,
                         SnapshotSelection selection,
                         std::string& text) {
  text.reserve(text.size() + TextSize(metadata, selection));
  JsonWriter out(text);
  out.BeginObject();
  AppendHeader(metadata, out);
  AppendStructure(metadata, out, text);
  out.RawField("properties", metadata.properties.json());
  AppendCurrentSnapshot(metadata, out);
  if (metadata.format_version >= 3) {
    out.Field("next-row-id", metadata.next_row_id);
  }
  if (!metadata.encryption_keys.empty()) {
    AppendArray("encryption-keys", metadata.encryption_keys, out, text);
  }
  AppendRefs(metadata.refs, out, text);
  if (selection == SnapshotSelection::kAll) {
    AppendArray("snapshots", metadata.snapshots, out, text);
  } else {
    AppendReferencedSnapshots(metadata, out);
  }
  AppendArray("statistics", metadata.statistics, out, text);
  AppendArray("partition-statistics", metadata.partition_statistics, out, text);
  AppendArray("snapshot-log", metadata.snapshot_log, out, text);
  AppendArray("metadata-log", metadata.metadata_log, out, text);
  out.EndObject();
}

std::string PrintTableMetadata(const TableMetadata& metadata) {
  std::string text;
  AppendTableMetadata(metadata, SnapshotSelection::kAll, text);
  return text;
}

}  // namespace firn::iceberg
