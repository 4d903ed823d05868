#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/uuid.h"
#include "iceberg/manifest/writer/manifest_list_writer.h"
#include "table/commit/snapshot_writer_internal.h"

namespace firn::table {
namespace {

constexpr iceberg::FormatVersion kRowLineageVersion = 3;

/// A version 4 UUID of the tools' random bits, so that a seed decides names too.
std::string RandomName(const CommitTools& tools) {
  std::array<uint8_t, 16> bytes{};
  for (size_t i = 0; i < bytes.size(); i += 8) {
    uint64_t bits = tools.random_bits();
    for (size_t k = 0; k < 8; ++k) {
      bytes[i + k] = static_cast<uint8_t>(bits >> (8 * k));
    }
  }
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3F) | 0x80);
  return Uuid(bytes).ToString();
}

}  // namespace

SnapshotWriter::SnapshotWriter(std::shared_ptr<storage::ObjectStore> store,
                               SnapshotTarget target,
                               const CommitTools& tools)
    : target_(std::move(target)),
      tools_(tools),
      commit_id_(RandomName(tools)),
      files_(std::move(store), tools, commit_id_) {}

Result<const iceberg::Snapshot*> SnapshotWriter::Head(const iceberg::TableMetadata& table) const {
  const iceberg::SnapshotRef* ref = table.FindRef(target_.branch);
  if (ref == nullptr) {
    return table.current_snapshot();
  }
  if (!ref->is_branch()) {
    return Error(ErrorCode::kInvalidArgument,
                 target_.branch +
                     " is a tag, not a branch. Tags cannot be targets for producing "
                     "snapshots");
  }
  return table.FindSnapshot(ref->snapshot_id);
}

Result<ManifestOutput> SnapshotWriter::Begin(iceberg::TableMetadataPtr table) {
  while (!id_.has_value()) {
    auto bits = static_cast<int64_t>(tools_.random_bits() &
                                     static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
    iceberg::SnapshotId id(bits);
    if (bits > 0 && table->FindSnapshot(id) == nullptr) {
      id_ = id;
    }
  }
  return ManifestOutput::Make(std::move(table), *id_);
}

Result<std::vector<iceberg::TableUpdate>> SnapshotWriter::Write(
    const ManifestOutput& output,
    const iceberg::Snapshot* parent,
    std::span<const iceberg::ManifestFile> manifests,
    Operation operation,
    iceberg::SnapshotSummary summary) {
  const iceberg::TableMetadata& table = output.table();
  RETURN_IF_ERROR(files_.Store(manifests));
  iceberg::Snapshot snapshot;
  snapshot.id = output.snapshot_id();
  if (parent != nullptr) {
    snapshot.parent_id = parent->id;
  }
  snapshot.sequence_number = table.next_sequence_number();
  snapshot.timestamp = std::max(tools_.clock.Now(), table.last_updated);
  snapshot.operation = std::string(ToString(operation));
  snapshot.summary = std::move(summary);
  snapshot.schema_id = table.current_schema_id;
  snapshot.manifest_list = fmt::format("{}/snap-{}-{}-{}.avro", output.folder(),
                                       snapshot.id.value(), ++attempt_, commit_id_);
  ASSIGN_OR_RETURN(
      iceberg::WrittenManifestList list,
      iceberg::WriteManifestList(manifests, {.format_version = table.format_version,
                                             .snapshot_id = snapshot.id,
                                             .parent_snapshot_id = snapshot.parent_id,
                                             .sequence_number = snapshot.sequence_number,
                                             .first_row_id = table.next_row_id,
                                             .compression = output.compression()}));
  if (table.format_version >= kRowLineageVersion) {
    snapshot.first_row_id = table.next_row_id;
    snapshot.added_rows = list.next_row_id - table.next_row_id;
  }
  RETURN_IF_ERROR(files_.StoreList(snapshot.manifest_list, list.bytes));
  needed_ = {snapshot.manifest_list};
  for (const iceberg::ManifestFile& manifest : manifests) {
    needed_.push_back(manifest.path);
  }
  return Updates(table, std::move(snapshot));
}

std::vector<iceberg::TableUpdate> SnapshotWriter::Updates(const iceberg::TableMetadata& table,
                                                          iceberg::Snapshot snapshot) const {
  iceberg::SetSnapshotRef set{target_.branch, {}};
  if (const iceberg::SnapshotRef* ref = table.FindRef(target_.branch)) {
    set.ref = *ref;
  }
  set.ref.snapshot_id = snapshot.id;
  std::vector<iceberg::TableUpdate> updates{
      iceberg::AddSnapshot{std::make_shared<const iceberg::Snapshot>(std::move(snapshot))}};
  if (target_.publication == Publication::kPublish) {
    updates.emplace_back(std::move(set));
  }
  return updates;
}

}  // namespace firn::table
