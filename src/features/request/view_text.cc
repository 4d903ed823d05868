#include "features/request/view_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/duration.h"
#include "base/reworded.h"
#include "iceberg/schema/schema.h"

namespace firn::features {
namespace {

using iceberg::NestedField;
using iceberg::TypeId;

constexpr std::array kCreatedNames = {"created_timestamp", "created_ts", "created"};
constexpr std::string_view kEventTimestampColumn = "event_timestamp";

Error Wrong(std::string message) { return {ErrorCode::kInvalidArgument, std::move(message)}; }

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ')) {
    text.remove_prefix(1);
  }
  while (text.ends_with(' ')) {
    text.remove_suffix(1);
  }
  return text;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t at = text.find(separator);
    parts.push_back(Trim(text.substr(0, at)));
    if (at == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(at + 1);
  }
}

Status ReadFeatures(std::string_view text, ViewText& view) {
  constexpr std::string_view kAs = " as ";
  for (std::string_view feature : Split(text, ',')) {
    if (feature.empty()) {
      return Wrong("A feature has no name");
    }
    if (feature == "*") {
      view.all_features = true;
      continue;
    }
    const size_t as = feature.find(kAs);
    std::string column(Trim(feature.substr(0, as)));
    std::string name =
        as == std::string_view::npos ? column : std::string(Trim(feature.substr(as + kAs.size())));
    view.features.push_back({std::move(column), std::move(name)});
  }
  return {};
}

template <class Number>
Result<Number> ReadId(std::string_view key, std::string_view value) {
  Number id = 0;
  const auto [end, error] = std::from_chars(value.begin(), value.end(), id);
  if (error != std::errc() || end != value.end()) {
    return Wrong(fmt::format("'{}={}' is no id", key, value));
  }
  return id;
}

Status ReadState(std::string_view key, std::string_view value, ViewText& view) {
  if (key == "schema") {
    ASSIGN_OR_RETURN(int32_t id, ReadId<int32_t>(key, value));
    view.schema = iceberg::SchemaId(id);
    return {};
  }
  if (view.snapshot) {
    return Wrong("Of snapshot= and ref= give one");
  }
  if (key == "ref") {
    view.snapshot = table::RefName{std::string(value)};
    return {};
  }
  ASSIGN_OR_RETURN(int64_t id, ReadId<int64_t>(key, value));
  view.snapshot = iceberg::SnapshotId(id);
  return {};
}

Status ReadSetting(std::string_view key, std::string_view value, ViewText& view) {
  if (value.empty()) {
    return Wrong(fmt::format("'{}' has no value", key));
  }
  if (key == "ttl") {
    ASSIGN_OR_RETURN(view.ttl_us, ParseDuration(value));
  } else if (key == "key") {
    const size_t colon = value.find(':');
    std::string entity(Trim(value.substr(0, colon)));
    std::string column =
        colon == std::string_view::npos ? entity : std::string(Trim(value.substr(colon + 1)));
    view.keys.push_back({std::move(entity), std::move(column)});
  } else if (key == "time") {
    view.timestamp_column = value;
  } else if (key == "created") {
    view.created_column = value;
  } else if (key == "snapshot" || key == "ref" || key == "schema") {
    return ReadState(key, value, view);
  } else if (key == "created-later" && (value == "counts" || value == "does-not")) {
    view.created_later = value == "counts" ? CreatedLater::kCounts : CreatedLater::kDoesNot;
  } else {
    return Wrong(
        fmt::format("'{}={}' is none of ttl=, key=, time=, created=, "
                    "created-later=counts|does-not, snapshot=, schema=, ref=",
                    key, value));
  }
  return {};
}

bool IsTime(const NestedField& field) {
  switch (field.type->id()) {
    case TypeId::kDate:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return true;
    default:
      return false;
  }
}

bool IsIdentifier(const iceberg::Schema& schema, const NestedField& field) {
  const auto ids = schema.identifier_field_ids();
  return std::ranges::find(ids, field.id) != ids.end();
}

std::string CreatedColumn(const ViewText& text, const iceberg::Schema& schema) {
  if (!text.created_column.empty()) {
    return text.created_column;
  }
  for (const char* name : kCreatedNames) {
    const NestedField* field = schema.FindField(std::string_view(name));
    if (field != nullptr && IsTime(*field)) {
      return name;
    }
  }
  return "";
}

Result<std::string> TimestampColumn(const ViewText& text,
                                    const iceberg::Schema& schema,
                                    const std::string& created) {
  if (!text.timestamp_column.empty()) {
    return text.timestamp_column;
  }
  std::vector<std::string> times;
  for (const NestedField& field : schema.fields()) {
    if (IsTime(field) && field.name == kEventTimestampColumn) {
      return field.name;
    }
    if (IsTime(field) && field.name != created) {
      times.push_back(field.name);
    }
  }
  if (times.size() == 1) {
    return times.front();
  }
  return Wrong(times.empty()
                   ? fmt::format("View {}: the table has no timestamp or date column", text.name)
                   : fmt::format("View {}: which column has the event times: {}? Say time=COLUMN",
                                 text.name, fmt::join(times, ", ")));
}

/// The table's identifier fields where the frame has them all, else what both have.
Result<std::vector<JoinKey>> Keys(const ViewText& text,
                                  const iceberg::Schema& schema,
                                  const arrow::Schema& entities,
                                  const std::string& event_timestamp) {
  if (!text.keys.empty() || text.no_keys == NoKeys::kByTimeAlone) {
    return text.keys;
  }
  std::vector<JoinKey> keys;
  for (const NestedField& field : schema.fields()) {
    if (IsIdentifier(schema, field) && !IsTime(field)) {
      keys.push_back({field.name, field.name});
    }
  }
  const auto in_frame = [&entities](const JoinKey& key) {
    return entities.GetFieldIndex(key.entity_column) >= 0;
  };
  if (!keys.empty() && std::ranges::all_of(keys, in_frame)) {
    return keys;
  }
  keys.clear();
  for (const NestedField& field : schema.fields()) {
    if (!IsTime(field) && field.name != event_timestamp &&
        entities.GetFieldIndex(field.name) >= 0) {
      keys.push_back({field.name, field.name});
    }
  }
  if (keys.empty()) {
    return Wrong(fmt::format(
        "View {}: no column is plainly its key; say key=COLUMN or key=ENTITY:COLUMN", text.name));
  }
  return keys;
}

void AddAllFeatures(const iceberg::Schema& schema, JoinView& view) {
  for (const NestedField& field : schema.fields()) {
    const bool is_key = std::ranges::any_of(
        view.keys, [&field](const JoinKey& key) { return key.table_column == field.name; });
    const bool is_named = std::ranges::any_of(
        view.features,
        [&field](const FeatureColumn& feature) { return feature.table_column == field.name; });
    if (!is_key && !is_named && field.name != view.timestamp_column &&
        field.name != view.created_column) {
      view.features.push_back({field.name, field.name});
    }
  }
}

/// A schema alone would be of a snapshot that a later commit replaces.
Status CheckState(const ViewText& view) {
  const bool is_id = view.snapshot && std::holds_alternative<iceberg::SnapshotId>(*view.snapshot);
  return view.schema && !is_id ? Status(Wrong("schema= goes with snapshot=")) : Status();
}

/// A table, and what of it is read.
struct TableState {
  table::Table table;
  table::SnapshotSelector selector;
  const iceberg::Schema* schema = nullptr;
};

/// Errors name the view: a request has several.
Result<TableState> StateOf(const ViewText& text,
                           table::Table table,
                           const table::SnapshotSelector& snapshot) {
  const auto named = [&text](const Error& error) {
    return Reworded(error, fmt::format("View {}: {}", text.name, error.message()));
  };
  TableState state{std::move(table), snapshot};
  if (text.snapshot) {
    auto then = table::MetadataAt(*state.table.metadata, *text.snapshot, text.schema);
    if (!then.has_value()) {
      return named(then.error());
    }
    state.table.metadata = *std::move(then);
    state.selector = table::CurrentSnapshot{};
  }
  auto chosen = table::SelectSnapshot(*state.table.metadata, state.selector);
  if (!chosen.has_value()) {
    return named(chosen.error());
  }
  state.schema = &table::SelectSchema(*state.table.metadata, state.selector, *chosen);
  return state;
}

Result<JoinView> ViewOf(const ViewText& text,
                        TableState state,
                        const arrow::Schema& entities,
                        const std::string& event_timestamp,
                        FeatureNames names) {
  const iceberg::Schema& schema = *state.schema;
  JoinView view{.name = text.name, .snapshot = state.selector, .ttl_us = text.ttl_us};
  view.features = text.features;
  view.created_column = CreatedColumn(text, schema);
  view.created_later = text.created_later;
  ASSIGN_OR_RETURN(view.timestamp_column, TimestampColumn(text, schema, view.created_column));
  ASSIGN_OR_RETURN(view.keys, Keys(text, schema, entities, event_timestamp));
  if (text.all_features) {
    AddAllFeatures(schema, view);
  }
  if (names == FeatureNames::kFull) {
    for (FeatureColumn& feature : view.features) {
      feature.output_name = text.name + "__" + feature.output_name;
    }
  }
  view.table = std::move(state.table);
  return view;
}

}  // namespace

Result<ViewText> ParseViewText(std::string_view text) {
  ViewText view;
  const size_t at = text.find('@');
  std::string_view head = text.substr(0, at);
  const size_t equals = head.find('=');
  if (equals != std::string_view::npos) {
    view.name = Trim(head.substr(0, equals));
    head.remove_prefix(equals + 1);
  }
  const size_t colon = head.rfind(':');
  if (colon == std::string_view::npos) {
    return Wrong(fmt::format("'{}' names no features; write TABLE:FEATURE,FEATURE@ttl=7d", text));
  }
  ASSIGN_OR_RETURN(view.table, ParseDottedIdentifier(Trim(head.substr(0, colon))));
  if (view.name.empty()) {
    view.name = view.table.name;
  }
  RETURN_IF_ERROR(ReadFeatures(head.substr(colon + 1), view));
  if (at == std::string_view::npos) {
    return view;
  }
  for (std::string_view setting : Split(text.substr(at + 1), ',')) {
    const size_t split = std::min(setting.find('='), setting.size());
    const std::string_view value = setting.substr(std::min(split + 1, setting.size()));
    RETURN_IF_ERROR(ReadSetting(Trim(setting.substr(0, split)), Trim(value), view));
  }
  RETURN_IF_ERROR(CheckState(view));
  return view;
}

Result<JoinView> MakeView(const ViewText& text,
                          table::Table table,
                          const table::SnapshotSelector& snapshot,
                          const arrow::Schema& entities,
                          const std::string& event_timestamp,
                          FeatureNames names) {
  ASSIGN_OR_RETURN(TableState state, StateOf(text, std::move(table), snapshot));
  return ViewOf(text, std::move(state), entities, event_timestamp, names);
}

Result<JoinView> MakeView(const ViewText& text,
                          table::Table table,
                          const table::SnapshotSelector& snapshot,
                          FeatureNames names) {
  ASSIGN_OR_RETURN(TableState state, StateOf(text, std::move(table), snapshot));
  // A frame of the identifier fields alone.
  arrow::FieldVector frame;
  for (const NestedField& field : state.schema->fields()) {
    if (IsIdentifier(*state.schema, field)) {
      frame.push_back(arrow::field(field.name, arrow::null()));
    }
  }
  return ViewOf(text, std::move(state), *arrow::schema(std::move(frame)), "", names);
}

}  // namespace firn::features
