// Table metadata from any bytes: no crash, what is accepted prints to text that reads back the
// same, and so does what a commit makes of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "iceberg/metadata/apply_updates.h"
#include "iceberg/metadata/table_metadata_json.h"

namespace firn::iceberg {
namespace {

/// One update of each part of the table; those that do not fit are left out.
void Commit(TableMetadataPtr table) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->id = SnapshotId(7'777);
  snapshot->parent_id = table->current_snapshot_id;
  snapshot->sequence_number = table->next_sequence_number();
  snapshot->timestamp = table->last_updated;
  snapshot->manifest_list = "s3://list";
  if (table->format_version >= 3) {
    snapshot->first_row_id = table->next_row_id;
    snapshot->added_rows = 1;
  }
  SetSnapshotRef set{std::string(kMainBranch), {}};
  set.ref.snapshot_id = snapshot->id;
  std::vector<SnapshotId> some;
  if (!table->snapshots.empty()) {
    some.push_back(table->snapshots.front().id);
  }
  std::vector<std::vector<TableUpdate>> commits{
      {AddSchema{table->current_schema().WithId(SchemaId(1))}, AddSchema{Schema()}},
      {AddSpec{UnboundPartitionSpec()}, SetDefaultSpec{SpecId(kLastAdded)}},
      {AddSortOrder{SortOrder()}, SetDefaultSortOrder{SortOrderId(kLastAdded)}},
      {AddSnapshot{snapshot}, set},
      {RemoveSnapshots{some}},
      {SetProperties{{{"a", "b"}}}, UpgradeFormatVersion{kMaxFormatVersion}}};
  for (const auto& updates : commits) {
    ApplyContext context{.now = table->last_updated, .base_metadata_location = "s3://base"};
    auto next = ApplyUpdates(table, updates, context);
    if (!next.has_value()) {
      continue;
    }
    if (!ParseTableMetadata(PrintTableMetadata(**next)).has_value()) {
      std::abort();
    }
    table = *next;
  }
}

}  // namespace

void Run(std::string_view text) {
  auto metadata = ParseTableMetadata(text);
  if (!metadata.has_value()) {
    return;
  }
  std::string printed = PrintTableMetadata(**metadata);
  auto again = ParseTableMetadata(printed);
  if (!again.has_value() || PrintTableMetadata(**again) != printed) {
    std::abort();
  }
  std::string refs;
  AppendTableMetadata(**metadata, SnapshotSelection::kRefs, refs);
  if (!ParseTableMetadata(refs).has_value()) {
    std::abort();
  }
  Commit(*metadata);
}

}  // namespace firn::iceberg

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  firn::iceberg::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
