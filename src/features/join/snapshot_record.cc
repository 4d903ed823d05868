#include "features/join/snapshot_record.h"

#include <map>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "columnar/io/arrow_status.h"

namespace firn::features {
namespace {

/// What a view reads.
struct ViewState {
  std::string table;
  std::string uuid;
  std::optional<iceberg::SnapshotId> snapshot;
  iceberg::SchemaId schema;

  bool operator==(const ViewState&) const = default;
};

Result<ViewState> StateOf(const JoinView& view) {
  const iceberg::TableMetadata& table = *view.table.metadata;
  ASSIGN_OR_RETURN(const iceberg::Snapshot* snapshot, table::SelectSnapshot(table, view.snapshot));
  return ViewState{
      .table = ToDotted(view.table.identifier),
      .uuid = table.uuid,
      .snapshot = snapshot == nullptr ? std::nullopt : std::optional(snapshot->id),
      .schema = table::SelectSchema(table, view.snapshot, snapshot).id(),
  };
}

std::string ToString(const ViewState& state) {
  return state.snapshot ? fmt::format("{} at snapshot {} by schema {}", state.table,
                                      state.snapshot->value(), state.schema.value())
                        : fmt::format("{} without a snapshot", state.table);
}

}  // namespace

Result<std::string> SnapshotsOf(std::span<const JoinView> views) {
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject();
  std::map<std::string_view, ViewState> written;
  for (const JoinView& view : views) {
    ASSIGN_OR_RETURN(ViewState state, StateOf(view));
    const auto [known, is_new] = written.emplace(view.name, state);
    if (!is_new) {
      if (known->second != state) {
        return Error(
            ErrorCode::kInvalidArgument,
            fmt::format("Two views are named {}, of {} and of {}: give one of them another name "
                        "(NAME=TABLE:FEATURES, or the view's `name`)",
                        view.name, ToString(known->second), ToString(state)));
      }
      continue;
    }
    writer.Key(view.name).BeginObject().Field("table", state.table).Field("uuid", state.uuid);
    writer.Key("snapshot-id");
    state.snapshot ? writer.Int(state.snapshot->value()) : writer.Null();
    writer.Field("schema-id", state.schema.value());
    writer.EndObject();
  }
  writer.EndObject();
  return json;
}

Result<std::shared_ptr<const arrow::KeyValueMetadata>> RecordSnapshots(
    const std::shared_ptr<const arrow::KeyValueMetadata>& metadata,
    std::span<const JoinView> views) {
  ASSIGN_OR_RETURN(std::string snapshots, SnapshotsOf(views));
  auto recorded =
      metadata == nullptr ? std::make_shared<arrow::KeyValueMetadata>() : metadata->Copy();
  RETURN_IF_ERROR(
      columnar::ToStatus(recorded->Set(kSnapshotsKey, snapshots), ErrorCode::kInternal));
  return std::shared_ptr<const arrow::KeyValueMetadata>(std::move(recorded));
}

}  // namespace firn::features
