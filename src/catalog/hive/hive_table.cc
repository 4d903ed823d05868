#include "catalog/hive/hive_table.h"

#include <array>
#include <chrono>
#include <limits>
#include <utility>
#include <vector>

#include "base/ascii.h"

namespace firn::catalog::hive {
namespace {

using thrift::Type;
using thrift::Value;

constexpr std::string_view kTableType = "table_type";
constexpr std::string_view kIceberg = "ICEBERG";
constexpr std::string_view kIcebergView = "ICEBERG-VIEW";
constexpr std::string_view kPreviousPointer = "previous_metadata_location";
constexpr std::string_view kExternal = "EXTERNAL";
constexpr std::string_view kStorageHandler = "storage_handler";
constexpr std::string_view kLocation = "location";
constexpr std::string_view kComment = "comment";
/// Property of a table: whether Hive itself is to read it.
constexpr std::string_view kHiveEnabled = "engine.hive.enabled";

/// Statistics of Hive, and where the snapshot has them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kStatistics = {
    {{"numFiles", "total-data-files"},
     {"numRows", "total-records"},
     {"totalSize", "total-files-size"}}};

/// What Java tells of the current metadata too; it would be of the one before.
constexpr std::array<std::string_view, 7> kOfTheLast = {"current-schema",
                                                        "current-snapshot-id",
                                                        "current-snapshot-summary",
                                                        "current-snapshot-timestamp-ms",
                                                        "default-partition-spec",
                                                        "default-sort-order",
                                                        "snapshot-count"};

/// The type that a view has.
constexpr std::string_view kView = "VIRTUAL_VIEW";

// Fields of Table.
constexpr int16_t kName = 1;
constexpr int16_t kDatabase = 2;
constexpr int16_t kStorage = 7;
constexpr int16_t kParameters = 9;
constexpr int16_t kType = 12;

/// The classes by which Hive reads a table, or none that it could.
struct Formats {
  std::string_view input;
  std::string_view output;
  std::string_view serde;
};

constexpr Formats kUnread = {"org.apache.hadoop.mapred.FileInputFormat",
                             "org.apache.hadoop.mapred.FileOutputFormat",
                             "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"};
constexpr Formats kByHive = {"org.apache.iceberg.mr.hive.HiveIcebergInputFormat",
                             "org.apache.iceberg.mr.hive.HiveIcebergOutputFormat",
                             "org.apache.iceberg.mr.hive.HiveIcebergSerDe"};
constexpr std::string_view kHandler = "org.apache.iceberg.mr.hive.HiveIcebergStorageHandler";

std::string TextOf(const PropertyMap& map, std::string_view key) {
  auto found = map.find(std::string(key));
  return found == map.end() ? std::string() : found->second;
}

Value TextValue(std::string_view text) { return Value::Text(std::string(text)); }

Value Columns(const iceberg::Schema& schema, pointer::HiveZones zones) {
  std::vector<Value> columns;
  for (const iceberg::NestedField& field : schema.fields()) {
    Value column = Value::Struct()
                       .With(1, Value::Text(field.name))
                       .With(2, Value::Text(pointer::HiveType(*field.type, zones)));
    if (field.doc) {
      column.With(3, Value::Text(*field.doc));
    }
    columns.push_back(std::move(column));
  }
  return Value::List(Type::kStruct, std::move(columns));
}

void SetFormats(const Formats& formats, Value& storage) {
  const Value* serde = storage.Find(7, Type::kStruct);
  Value named = serde == nullptr ? Value::Struct().With(3, Value::Texts({})) : *serde;
  named.With(2, TextValue(formats.serde));
  storage.With(3, TextValue(formats.input))
      .With(4, TextValue(formats.output))
      .With(7, std::move(named));
}

/// Puts into `table` what tells of the metadata file: parameters, columns, location, formats.
void Describe(const pointer::NewPointer& to,
              pointer::HiveZones zones,
              PropertyMap parameters,
              Value& table) {
  const iceberg::TableMetadata& metadata = to.metadata;
  parameters[std::string(kExternal)] = "TRUE";
  parameters[std::string(kTableType)] = kIceberg;
  parameters[std::string(kPointerParameter)] = to.metadata_location;
  for (std::string_view name : kOfTheLast) {
    parameters.erase(std::string(name));
  }
  const iceberg::Snapshot* snapshot = metadata.current_snapshot();
  for (const auto& [name, key] : kStatistics) {
    auto value = snapshot == nullptr ? std::nullopt : snapshot->summary.Find(key);
    parameters.erase(std::string(name));
    if (value) {
      parameters.emplace(name, *value);
    }
  }
  const Value* had = table.Find(kStorage, Type::kStruct);
  Value storage = had == nullptr ? Value::Struct() : *had;
  storage.With(1, Columns(metadata.current_schema(), zones))
      .With(2, Value::Text(metadata.location));
  auto by_hive = metadata.FindProperty(kHiveEnabled);
  if (IsTrue(by_hive)) {
    SetFormats(kByHive, storage);
    parameters[std::string(kStorageHandler)] = kHandler;
  } else if (by_hive || had == nullptr) {
    SetFormats(kUnread, storage);
    parameters.erase(std::string(kStorageHandler));
  }
  table.With(kStorage, std::move(storage)).With(kParameters, Value::Texts(parameters));
}

/// What tables and views have in common.
Value Begin(const NewHiveTable& table, std::string_view type) {
  Value now = Value::I32(static_cast<int32_t>(table.now.value() / 1000));
  return Value::Struct()
      .With(kName, Value::Text(table.key.name))
      .With(kDatabase, Value::Text(table.key.name_space))
      .With(3, Value::Text(table.owner))
      .With(4, now)
      .With(5, now)
      .With(6, Value::I32(std::numeric_limits<int32_t>::max()))
      .With(8, Value::List(Type::kStruct, {}))
      .With(kType, TextValue(type));
}

/// What Hive shows as a view's query.
std::optional<std::string> SqlOf(const iceberg::ViewVersion& version) {
  std::optional<std::string> first;
  for (const iceberg::ViewRepresentation& representation : version.representations) {
    if (!representation.is_sql()) {
      continue;
    }
    if (EqualsIgnoringCase(representation.dialect, "hive")) {
      return representation.sql;
    }
    first = first.value_or(representation.sql);
  }
  return first;
}

}  // namespace

bool IsTrue(std::optional<std::string_view> property) {
  return property && EqualsIgnoringCase(*property, "true");
}

bool HiveTable::Is(pointer::Kind kind) const {
  std::string type = TextOf(parameters(), kTableType);
  if (kind == pointer::Kind::kTable) {
    return EqualsIgnoringCase(type, kIceberg);
  }
  return EqualsIgnoringCase(type, kIcebergView) && EqualsIgnoringCase(value.TextAt(kType), kView);
}

pointer::TablePointer HiveTable::pointer() const {
  PropertyMap all = parameters();
  return {TextOf(all, kPointerParameter), TextOf(all, kPreviousPointer)};
}

Value MakeTable(const NewHiveTable& table, const pointer::NewPointer& to) {
  Value made = Begin(table, "EXTERNAL_TABLE");
  Describe(to, table.zones, {}, made);
  return made;
}

Value MakeView(const NewHiveTable& table, const pointer::NewView& to) {
  Value storage = Value::Struct()
                      .With(1, Columns(to.metadata.current_schema(), table.zones))
                      .With(2, Value::Text(to.metadata.location));
  SetFormats(kUnread, storage);
  Value made = Begin(table, kView)
                   .With(kStorage, std::move(storage))
                   .With(kParameters,
                         Value::Texts({{std::string(kTableType), std::string(kIcebergView)},
                                       {std::string(kPointerParameter), to.metadata_location}}));
  if (auto text = SqlOf(to.metadata.current_version())) {
    made.With(10, Value::Text(*text)).With(11, Value::Text(*text));
  }
  return made;
}

Value MovedTable(const HiveTable& table, const pointer::NewPointer& to, pointer::HiveZones zones) {
  PropertyMap parameters = table.parameters();
  parameters[std::string(kPreviousPointer)] = TextOf(parameters, kPointerParameter);
  Value moved = table.value;
  Describe(to, zones, std::move(parameters), moved);
  return moved;
}

Value RenamedTable(const HiveTable& table, const pointer::TableKey& to) {
  Value renamed = table.value;
  renamed.With(kName, Value::Text(to.name)).With(kDatabase, Value::Text(to.name_space));
  return renamed;
}

PropertyMap DatabaseProperties(const Value& database) {
  PropertyMap properties = database.TextsAt(4);
  for (auto [field, name] : {std::pair<int16_t, std::string_view>(3, kLocation), {2, kComment}}) {
    if (std::string text = database.TextAt(field); !text.empty()) {
      properties.insert_or_assign(std::string(name), std::move(text));
    }
  }
  return properties;
}

Value WithProperties(Value database, PropertyMap properties) {
  auto location = properties.extract(std::string(kLocation));
  if (!location.empty()) {
    database.With(3, Value::Text(location.mapped()));
  }
  auto comment = properties.extract(std::string(kComment));
  database.With(2, Value::Text(comment.empty() ? "" : comment.mapped()));
  return std::move(database).With(4, Value::Texts(properties));
}

}  // namespace firn::catalog::hive
