#include "iceberg/metadata/table_update_json.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "iceberg/metadata/snapshot_json.h"
#include "iceberg/metadata/string_map_internal.h"
#include "iceberg/schema/json_element.h"
#include "iceberg/schema/partition_spec_json.h"
#include "iceberg/schema/schema_json.h"
#include "iceberg/schema/sort_order_json.h"

namespace firn::iceberg {
namespace {

template <class Id>
Result<std::vector<Id>> GetIds32(const json::Object& object, std::string_view key) {
  ASSIGN_OR_RETURN(auto numbers, json::GetInt32List(object, key));
  std::vector<Id> ids;
  ids.reserve(numbers.size());
  for (int32_t number : numbers) {
    ids.emplace_back(number);
  }
  return ids;
}

template <class Id>
void AppendIds(std::string_view key, const std::vector<Id>& ids, JsonWriter& out) {
  out.Key(key).BeginArray();
  for (Id id : ids) {
    out.Int(id.value());
  }
  out.EndArray();
}

/// An update whose one field is an id.
template <class Update, class Id, Id Update::* kMember>
Result<TableUpdate> ParseId32(const json::Object& object, std::string_view key) {
  ASSIGN_OR_RETURN(int32_t id, json::GetInt32(object, key));
  Update update;
  update.*kMember = Id(id);
  return TableUpdate(update);
}

template <class Update>
Result<TableUpdate> ParseSnapshotId(const json::Object& object) {
  ASSIGN_OR_RETURN(int64_t id, json::GetInt64(object, "snapshot-id"));
  return TableUpdate(Update{SnapshotId(id)});
}

Result<TableUpdate> ParseAddSpec(const json::Object& object) {
  ASSIGN_OR_RETURN(json::Element element, json::Get(object, "spec"));
  ASSIGN_OR_RETURN(UnboundPartitionSpec spec, ParsePartitionSpec(element));
  return TableUpdate(AddSpec{std::move(spec)});
}

Result<TableUpdate> ParseAddSortOrder(const json::Object& object) {
  ASSIGN_OR_RETURN(json::Element element, json::Get(object, "sort-order"));
  ASSIGN_OR_RETURN(SortOrder order, ParseSortOrder(element));
  return TableUpdate(AddSortOrder{std::move(order)});
}

Result<TableUpdate> ParseAddSnapshot(const json::Object& object) {
  ASSIGN_OR_RETURN(json::Element element, json::Get(object, "snapshot"));
  ASSIGN_OR_RETURN(Snapshot snapshot, ParseSnapshot(element));
  // Old files may lack a summary; a new snapshot may not (REST: schema Snapshot).
  ASSIGN_OR_RETURN(json::Object fields, json::AsObject(element, "snapshot"));
  RETURN_IF_ERROR(json::GetObject(fields, "summary"));
  ASSIGN_OR_RETURN(auto manifest_list, json::FindString(fields, "manifest-list"));
  bool has_empty_path =
      (manifest_list && manifest_list->empty()) ||
      std::ranges::any_of(snapshot.manifests, [](const std::string& path) { return path.empty(); });
  if (has_empty_path) {
    return Error(ErrorCode::kInvalidArgument, "Invalid snapshot: the path of a manifest is empty");
  }
  return TableUpdate(AddSnapshot{std::make_shared<const Snapshot>(std::move(snapshot))});
}

Result<TableUpdate> ParseSetSnapshotRef(const json::Object& object) {
  ASSIGN_OR_RETURN(std::string_view name, json::GetString(object, "ref-name"));
  ASSIGN_OR_RETURN(SnapshotRef ref, ParseSnapshotRef(object));
  return TableUpdate(SetSnapshotRef{std::string(name), ref});
}

Result<TableUpdate> ParseRemoveSnapshots(const json::Object& object) {
  ASSIGN_OR_RETURN(auto numbers, json::GetInt64List(object, "snapshot-ids"));
  RemoveSnapshots update;
  update.snapshot_ids.reserve(numbers.size());
  for (int64_t number : numbers) {
    update.snapshot_ids.emplace_back(number);
  }
  return TableUpdate(std::move(update));
}

Result<TableUpdate> ParseRemoveSnapshotRef(const json::Object& object) {
  ASSIGN_OR_RETURN(std::string_view name, json::GetString(object, "ref-name"));
  return TableUpdate(RemoveSnapshotRef{std::string(name)});
}

Result<TableUpdate> ParseSetStatistics(const json::Object& object) {
  ASSIGN_OR_RETURN(json::Element element, json::Get(object, "statistics"));
  ASSIGN_OR_RETURN(StatisticsFile file, ParseStatisticsFile(element));
  return TableUpdate(SetStatistics{std::move(file)});
}

Result<TableUpdate> ParseSetPartitionStatistics(const json::Object& object) {
  ASSIGN_OR_RETURN(json::Element element, json::Get(object, "partition-statistics"));
  ASSIGN_OR_RETURN(PartitionStatisticsFile file, ParsePartitionStatisticsFile(element));
  return TableUpdate(SetPartitionStatistics{std::move(file)});
}

Result<TableUpdate> ParseRemovePartitionSpecs(const json::Object& object) {
  ASSIGN_OR_RETURN(auto ids, GetIds32<SpecId>(object, "spec-ids"));
  return TableUpdate(RemovePartitionSpecs{std::move(ids)});
}

Result<TableUpdate> ParseRemoveSchemas(const json::Object& object) {
  ASSIGN_OR_RETURN(auto ids, GetIds32<SchemaId>(object, "schema-ids"));
  return TableUpdate(RemoveSchemas{std::move(ids)});
}

Result<TableUpdate> ParseAddEncryptionKey(const json::Object& object) {
  ASSIGN_OR_RETURN(json::Element element, json::Get(object, "encryption-key"));
  ASSIGN_OR_RETURN(EncryptedKey key, ParseEncryptedKey(element));
  return TableUpdate(AddEncryptionKey{std::move(key)});
}

Result<TableUpdate> ParseRemoveEncryptionKey(const json::Object& object) {
  ASSIGN_OR_RETURN(std::string_view id, json::GetString(object, "key-id"));
  return TableUpdate(RemoveEncryptionKey{std::string(id)});
}

Result<TableUpdate> ParseSetCurrentSchema(const json::Object& object) {
  return ParseId32<SetCurrentSchema, SchemaId, &SetCurrentSchema::schema_id>(object, "schema-id");
}

Result<TableUpdate> ParseSetDefaultSpec(const json::Object& object) {
  return ParseId32<SetDefaultSpec, SpecId, &SetDefaultSpec::spec_id>(object, "spec-id");
}

Result<TableUpdate> ParseSetDefaultSortOrder(const json::Object& object) {
  return ParseId32<SetDefaultSortOrder, SortOrderId, &SetDefaultSortOrder::order_id>(
      object, "sort-order-id");
}

/// Makes a TableUpdate of what a shared parser returns.
template <auto kParse>
Result<TableUpdate> Shared(const json::Object& object) {
  ASSIGN_OR_RETURN(auto update, kParse(object));
  return TableUpdate(std::move(update));
}

struct Action {
  std::string_view name;
  Result<TableUpdate> (*parse)(const json::Object&);
};

/// In the order of the alternatives of TableUpdate.
constexpr std::array<Action, std::variant_size_v<TableUpdate>> kActions{{
    {"assign-uuid", Shared<ParseAssignUuid>},
    {"upgrade-format-version", Shared<ParseUpgradeFormatVersion>},
    {"add-schema", Shared<ParseAddSchema>},
    {"set-current-schema", ParseSetCurrentSchema},
    {"add-spec", ParseAddSpec},
    {"set-default-spec", ParseSetDefaultSpec},
    {"add-sort-order", ParseAddSortOrder},
    {"set-default-sort-order", ParseSetDefaultSortOrder},
    {"add-snapshot", ParseAddSnapshot},
    {"set-snapshot-ref", ParseSetSnapshotRef},
    {"remove-snapshots", ParseRemoveSnapshots},
    {"remove-snapshot-ref", ParseRemoveSnapshotRef},
    {"set-location", Shared<ParseSetLocation>},
    {"set-properties", Shared<ParseSetProperties>},
    {"remove-properties", Shared<ParseRemoveProperties>},
    {"set-statistics", ParseSetStatistics},
    {"remove-statistics", ParseSnapshotId<RemoveStatistics>},
    {"set-partition-statistics", ParseSetPartitionStatistics},
    {"remove-partition-statistics", ParseSnapshotId<RemovePartitionStatistics>},
    {"remove-partition-specs", ParseRemovePartitionSpecs},
    {"remove-schemas", ParseRemoveSchemas},
    {"add-encryption-key", ParseAddEncryptionKey},
    {"remove-encryption-key", ParseRemoveEncryptionKey},
}};

void AppendUpdateFields(const SetCurrentSchema& update, JsonWriter& out) {
  out.Field("schema-id", update.schema_id.value());
}
void AppendUpdateFields(const AddSpec& update, JsonWriter& out) {
  AppendPartitionSpec(update.spec, out.Key("spec"));
}
void AppendUpdateFields(const SetDefaultSpec& update, JsonWriter& out) {
  out.Field("spec-id", update.spec_id.value());
}
void AppendUpdateFields(const AddSortOrder& update, JsonWriter& out) {
  AppendSortOrder(update.order, out.Key("sort-order"));
}
void AppendUpdateFields(const SetDefaultSortOrder& update, JsonWriter& out) {
  out.Field("sort-order-id", update.order_id.value());
}
void AppendUpdateFields(const AddSnapshot& update, JsonWriter& out) {
  AppendSnapshot(*update.snapshot, out.Key("snapshot"));
}
void AppendUpdateFields(const SetSnapshotRef& update, JsonWriter& out) {
  AppendSnapshotRefFields(update.ref, out.Field("ref-name", update.name));
}
void AppendUpdateFields(const RemoveSnapshots& update, JsonWriter& out) {
  AppendIds("snapshot-ids", update.snapshot_ids, out);
}
void AppendUpdateFields(const RemoveSnapshotRef& update, JsonWriter& out) {
  out.Field("ref-name", update.name);
}
void AppendUpdateFields(const SetStatistics& update, JsonWriter& out) {
  out.Field("snapshot-id", update.file.snapshot_id.value());
  AppendStatisticsFile(update.file, out.Key("statistics"));
}
void AppendUpdateFields(const RemoveStatistics& update, JsonWriter& out) {
  out.Field("snapshot-id", update.snapshot_id.value());
}
void AppendUpdateFields(const SetPartitionStatistics& update, JsonWriter& out) {
  AppendPartitionStatisticsFile(update.file, out.Key("partition-statistics"));
}
void AppendUpdateFields(const RemovePartitionStatistics& update, JsonWriter& out) {
  out.Field("snapshot-id", update.snapshot_id.value());
}
void AppendUpdateFields(const RemovePartitionSpecs& update, JsonWriter& out) {
  AppendIds("spec-ids", update.spec_ids, out);
}
void AppendUpdateFields(const RemoveSchemas& update, JsonWriter& out) {
  AppendIds("schema-ids", update.schema_ids, out);
}
void AppendUpdateFields(const AddEncryptionKey& update, JsonWriter& out) {
  AppendEncryptedKey(update.key, out.Key("encryption-key"));
}
void AppendUpdateFields(const RemoveEncryptionKey& update, JsonWriter& out) {
  out.Field("key-id", update.key_id);
}

}  // namespace

Result<AssignUuid> ParseAssignUuid(const json::Object& object) {
  ASSIGN_OR_RETURN(std::string_view uuid, json::GetString(object, "uuid"));
  return AssignUuid{std::string(uuid)};
}

Result<UpgradeFormatVersion> ParseUpgradeFormatVersion(const json::Object& object) {
  ASSIGN_OR_RETURN(int32_t version, json::GetInt32(object, "format-version"));
  return UpgradeFormatVersion{version};
}

Result<AddSchema> ParseAddSchema(const json::Object& object) {
  ASSIGN_OR_RETURN(json::Element element, json::Get(object, "schema"));
  ASSIGN_OR_RETURN(Schema schema, ParseSchema(element));
  return AddSchema{std::move(schema)};
}

Result<SetLocation> ParseSetLocation(const json::Object& object) {
  ASSIGN_OR_RETURN(std::string_view location, json::GetString(object, "location"));
  return SetLocation{std::string(location)};
}

// Older clients say `updated` and `removed`.
Result<SetProperties> ParseSetProperties(const json::Object& object) {
  bool legacy = json::Has(object, "updated") && !json::Has(object, "updates");
  ASSIGN_OR_RETURN(PropertyMap updates, json::GetStringMap(object, legacy ? "updated" : "updates"));
  return SetProperties{std::move(updates)};
}

Result<RemoveProperties> ParseRemoveProperties(const json::Object& object) {
  bool legacy = json::Has(object, "removed") && !json::Has(object, "removals");
  ASSIGN_OR_RETURN(auto removals, json::GetStringList(object, legacy ? "removed" : "removals"));
  return RemoveProperties{std::move(removals)};
}

void AppendUpdateFields(const AssignUuid& update, JsonWriter& out) {
  out.Field("uuid", update.uuid);
}
void AppendUpdateFields(const UpgradeFormatVersion& update, JsonWriter& out) {
  out.Field("format-version", update.format_version);
}
void AppendUpdateFields(const AddSchema& update, JsonWriter& out) {
  AppendSchema(update.schema, out.Key("schema"));
  out.Field("last-column-id", update.schema.highest_field_id().value());
}
void AppendUpdateFields(const SetLocation& update, JsonWriter& out) {
  out.Field("location", update.location);
}
void AppendUpdateFields(const SetProperties& update, JsonWriter& out) {
  AppendStringMap(update.updates, out.Key("updates"));
}
void AppendUpdateFields(const RemoveProperties& update, JsonWriter& out) {
  out.Key("removals").BeginArray();
  for (const std::string& name : update.removals) {
    out.String(name);
  }
  out.EndArray();
}

Result<TableUpdate> ParseTableUpdate(json::Element element) {
  if (!element.is_object()) {
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("Cannot parse metadata update from non-object value: {}", Excerpt(element)));
  }
  json::Object object = FieldsOf(element);
  if (!json::Find(object, "action")) {
    return Error(ErrorCode::kInvalidArgument,
                 "Cannot parse metadata update. Missing field: action");
  }
  ASSIGN_OR_RETURN(std::string_view name, json::GetString(object, "action"));
  for (const Action& action : kActions) {
    if (EqualsIgnoringCase(action.name, name)) {
      return action.parse(object);
    }
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Cannot convert metadata update action to json: {}", name));
}

Result<std::vector<TableUpdate>> ParseTableUpdates(json::Array array) {
  std::vector<TableUpdate> updates;
  updates.reserve(array.size());
  for (json::Element element : array) {
    ASSIGN_OR_RETURN(TableUpdate update, ParseTableUpdate(element));
    updates.push_back(std::move(update));
  }
  return updates;
}

void AppendTableUpdate(const TableUpdate& update, JsonWriter& out) {
  out.BeginObject().Field("action", kActions[update.index()].name);
  std::visit([&out](const auto& alternative) { AppendUpdateFields(alternative, out); }, update);
  out.EndObject();
}

}  // namespace firn::iceberg
