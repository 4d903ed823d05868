#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/json_reader.h"
#include "iceberg/metadata/list_items_internal.h"
#include "iceberg/metadata/string_map_internal.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "iceberg/metadata/table_metadata_rules_internal.h"
#include "iceberg/schema/json_element.h"

namespace firn::iceberg {
namespace {

/// v1 writers may leave `key` out, later ones may not.
Status RequiredAfterV1(std::string_view key, FormatVersion version) {
  if (version > 1) {
    return InvalidArgument(fmt::format("{} must exist in format v{}", key, version));
  }
  return {};
}

Result<json::Array> ArrayOf(json::Element element, std::string_view what) {
  if (!element.is_array()) {
    return InvalidArgument(
        fmt::format("Cannot parse {} from non-array: {}", what, Excerpt(element)));
  }
  return ItemsOf(element);
}

/// Adds what `parse` makes of each element of an optional array.
template <class T, class Parse>
Status ParseList(const json::Object& root,
                 std::string_view key,
                 std::string_view what,
                 PrintedList<T>& list,
                 Parse parse) {
  auto element = json::Find(root, key);
  if (!element) {
    return {};
  }
  ASSIGN_OR_RETURN(json::Array array, ArrayOf(*element, what));
  std::string text;
  for (json::Element item : array) {
    ASSIGN_OR_RETURN(T value, parse(item));
    text.clear();
    JsonWriter out(text);
    AppendItem(value, out);
    list.Append(std::move(value), text);
  }
  return {};
}

/// One file on its way to a TableMetadata; steps in the order they depend on each other.
class Parser {
 public:
  explicit Parser(json::Object root) : root_(root) {}

  Result<TableMetadataPtr> Parse() {
    RETURN_IF_ERROR(ParseHeader());
    RETURN_IF_ERROR(ParseSchemas());
    RETURN_IF_ERROR(ParseSpecs());
    RETURN_IF_ERROR(ParseSortOrders());
    RETURN_IF_ERROR(ParseProperties());
    RETURN_IF_ERROR(ParseCurrentSnapshot());
    RETURN_IF_ERROR(ParseRefs());
    RETURN_IF_ERROR(ParseHistory());
    RETURN_IF_ERROR(ParseFiles());
    SealLists(metadata_);
    RETURN_IF_ERROR(ValidateAll(metadata_));
    return std::make_shared<const TableMetadata>(std::move(metadata_));
  }

 private:
  Status ParseHeader() {
    ASSIGN_OR_RETURN(metadata_.format_version, json::GetInt32(root_, "format-version"));
    if (metadata_.format_version > kMaxFormatVersion || metadata_.format_version < 1) {
      return InvalidArgument(
          fmt::format("Cannot read unsupported version {}", metadata_.format_version));
    }
    ASSIGN_OR_RETURN(auto uuid, json::FindString(root_, "table-uuid"));
    metadata_.uuid = std::string(uuid.value_or(""));
    ASSIGN_OR_RETURN(std::string_view location, json::GetString(root_, "location"));
    metadata_.location = StripTrailingSlash(location);
    if (metadata_.format_version > 1) {
      ASSIGN_OR_RETURN(int64_t number, json::GetInt64(root_, "last-sequence-number"));
      metadata_.last_sequence_number = SequenceNumber(number);
    }
    if (metadata_.format_version >= 3) {
      ASSIGN_OR_RETURN(metadata_.next_row_id, json::GetInt64(root_, "next-row-id"));
    }
    ASSIGN_OR_RETURN(int64_t last_updated_ms, json::GetInt64(root_, "last-updated-ms"));
    metadata_.last_updated = TimestampMs(last_updated_ms);
    ASSIGN_OR_RETURN(int32_t last_column_id, json::GetInt32(root_, "last-column-id"));
    metadata_.last_column_id = FieldId(last_column_id);
    return {};
  }

  Status ParseSchemas() {
    if (!json::Find(root_, "schemas")) {
      RETURN_IF_ERROR(RequiredAfterV1("schemas", metadata_.format_version));
      ASSIGN_OR_RETURN(json::Element element, json::Get(root_, "schema"));
      ASSIGN_OR_RETURN(schema_, ParseSchema(element));
      metadata_.current_schema_id = schema_.id();
      Add(metadata_.schemas, schema_);
      return {};
    }
    ASSIGN_OR_RETURN(int32_t id, json::GetInt32(root_, "current-schema-id"));
    metadata_.current_schema_id = SchemaId(id);
    RETURN_IF_ERROR(ParseList(root_, "schemas", "schemas", metadata_.schemas, ParseSchema));
    const Schema* current = metadata_.FindSchema(metadata_.current_schema_id);
    if (current == nullptr) {
      return InvalidArgument(
          fmt::format("Cannot find schema with current-schema-id={} from schemas", id));
    }
    schema_ = *current;
    return {};
  }

  Status ParseSpecs() {
    if (!json::Find(root_, "partition-specs")) {
      RETURN_IF_ERROR(RequiredAfterV1("partition-specs", metadata_.format_version));
      ASSIGN_OR_RETURN(json::Element element, json::Get(root_, "partition-spec"));
      ASSIGN_OR_RETURN(UnboundPartitionSpec unbound, ParsePartitionFields(element));
      ASSIGN_OR_RETURN(PartitionSpec spec, BindSpec(unbound, schema_));
      Add(metadata_.specs, std::move(spec));
    } else {
      ASSIGN_OR_RETURN(int32_t id, json::GetInt32(root_, "default-spec-id"));
      metadata_.default_spec_id = SpecId(id);
      RETURN_IF_ERROR(ParseList(root_, "partition-specs", "partition specs", metadata_.specs,
                                [this](json::Element item) { return ParseSpec(item); }));
    }
    return ParseLastPartitionId();
  }

  Result<PartitionSpec> ParseSpec(json::Element element) {
    ASSIGN_OR_RETURN(UnboundPartitionSpec unbound, ParsePartitionSpec(element));
    if (!unbound.id) {
      return InvalidArgument("Cannot parse missing int: spec-id");
    }
    return *unbound.id == metadata_.default_spec_id ? BindSpec(unbound, schema_)
                                                    : BindHistoricalSpec(unbound, schema_);
  }

  Status ParseLastPartitionId() {
    ASSIGN_OR_RETURN(auto last, json::FindInt32(root_, "last-partition-id"));
    if (last) {
      metadata_.last_partition_id = FieldId(*last);
      return {};
    }
    RETURN_IF_ERROR(RequiredAfterV1("last-partition-id", metadata_.format_version));
    for (const PartitionSpec& spec : metadata_.specs) {
      metadata_.last_partition_id =
          std::max(metadata_.last_partition_id, spec.last_assigned_field_id());
    }
    return {};
  }

  Status ParseSortOrders() {
    if (!json::Find(root_, "sort-orders")) {
      RETURN_IF_ERROR(RequiredAfterV1("sort-orders", metadata_.format_version));
      Add(metadata_.sort_orders, SortOrder());
      return {};
    }
    ASSIGN_OR_RETURN(int32_t id, json::GetInt32(root_, "default-sort-order-id"));
    metadata_.default_sort_order_id = SortOrderId(id);
    RETURN_IF_ERROR(
        ParseList(root_, "sort-orders", "sort orders", metadata_.sort_orders, ParseSortOrder));
    const SortOrder* current = metadata_.FindSortOrder(metadata_.default_sort_order_id);
    if (current != nullptr) {
      return CheckCompatibility(*current, schema_);
    }
    if (metadata_.default_sort_order_id == kUnsortedOrderId && !metadata_.sort_orders.empty()) {
      Add(metadata_.sort_orders, SortOrder());
    }
    return {};
  }

  Status ParseProperties() {
    ASSIGN_OR_RETURN(PropertyMap properties, json::FindStringMap(root_, "properties"));
    std::string text;
    JsonWriter out(text);
    AppendStringMap(properties, out);
    metadata_.properties = Printed<PropertyMap>(std::move(properties), std::move(text));
    return {};
  }

  Status ParseCurrentSnapshot() {
    ASSIGN_OR_RETURN(auto id, json::FindInt64(root_, "current-snapshot-id"));
    if (id && *id != -1) {
      metadata_.current_snapshot_id = SnapshotId(*id);
    }
    return {};
  }

  Status ParseRefs() {
    if (auto element = json::Find(root_, "refs")) {
      if (!element->is_object()) {
        return InvalidArgument(
            fmt::format("Cannot parse refs from non-object: {}", Excerpt(*element)));
      }
      for (auto field : FieldsOf(*element)) {
        ASSIGN_OR_RETURN(json::Object object, json::AsObject(field.value, field.key));
        ASSIGN_OR_RETURN(SnapshotRef ref, ParseSnapshotRef(object));
        Add(metadata_.refs, NamedRef{std::string(field.key), ref});
      }
    }
    // Files written before there were refs, or by writers that leave main out.
    if (metadata_.current_snapshot_id && metadata_.FindRef(kMainBranch) == nullptr) {
      SnapshotRef main;
      main.snapshot_id = *metadata_.current_snapshot_id;
      Add(metadata_.refs, NamedRef{std::string(kMainBranch), main});
    }
    return {};
  }

  Status ParseHistory() {
    RETURN_IF_ERROR(ParseList(root_, "snapshots", "snapshots", metadata_.snapshots,
                              [](json::Element item) -> Result<SnapshotEntry> {
                                ASSIGN_OR_RETURN(Snapshot snapshot, ParseSnapshot(item));
                                SnapshotId id = snapshot.id;
                                return SnapshotEntry{
                                    id, std::make_shared<const Snapshot>(std::move(snapshot))};
                              }));
    RETURN_IF_ERROR(ParseList(root_, "snapshot-log", "snapshot log", metadata_.snapshot_log,
                              ParseSnapshotLogEntry));
    return ParseList(root_, "metadata-log", "metadata log", metadata_.metadata_log,
                     ParseMetadataLogEntry);
  }

  Status ParseFiles() {
    RETURN_IF_ERROR(ParseList(root_, "statistics", "statistics files", metadata_.statistics,
                              ParseStatisticsFile));
    RETURN_IF_ERROR(ParseList(root_, "partition-statistics", "partition statistics files",
                              metadata_.partition_statistics, ParsePartitionStatisticsFile));
    return ParseList(root_, "encryption-keys", "encryption keys", metadata_.encryption_keys,
                     ParseEncryptedKey);
  }

  json::Object root_;
  TableMetadata metadata_;
  Schema schema_;
};

Result<TableMetadataPtr> ParseRoot(json::Element root) {
  if (!root.is_object()) {
    return InvalidArgument(
        fmt::format("Cannot parse metadata from a non-object: {}", Excerpt(root)));
  }
  return Parser(FieldsOf(root)).Parse();
}

}  // namespace

Result<TableMetadataPtr> ParseTableMetadata(std::string_view json) {
  auto document = json::Document::Parse(json, json::kFileLimits);
  if (!document.has_value()) {
    Error error = TakeError(std::move(document));
    bool is_content = error.code() == ErrorCode::kInvalidArgument;
    return is_content ? std::move(error).As(ErrorCode::kInvalidMetadata) : std::move(error);
  }
  auto metadata = ParseRoot(document->root());
  if (!metadata.has_value()) {
    return std::move(metadata).error().As(ErrorCode::kInvalidMetadata);
  }
  return metadata;
}

}  // namespace firn::iceberg
