#include "features/join/snapshot_record.h"

#include "base/json_writer.h"
#include "columnar/io/arrow_status.h"

namespace firn::features {

Result<std::string> SnapshotsOf(std::span<const JoinView> views) {
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject();
  for (const JoinView& view : views) {
    const iceberg::TableMetadata& table = *view.table.metadata;
    ASSIGN_OR_RETURN(const iceberg::Snapshot* snapshot,
                     table::SelectSnapshot(table, view.snapshot));
    writer.Key(view.name)
        .BeginObject()
        .Field("table", ToDotted(view.table.identifier))
        .Field("uuid", table.uuid);
    writer.Key("snapshot-id");
    snapshot == nullptr ? writer.Null() : writer.Int(snapshot->id.value());
    const iceberg::Schema& schema = table::SelectSchema(table, view.snapshot, snapshot);
    writer.Field("schema-id", schema.id().value());
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
