#include "features/join/view_scan.h"

#include <utility>
#include <vector>

#include "features/join/match_pass.h"
#include "features/join/row_gathering.h"
#include "features/join/view_filter.h"

namespace firn::features {
namespace {

/// Rows between asking the memory for a slot and offering to it.
constexpr size_t kSlotsAhead = 32;

void Offer(const RowsToMatch& rows, const EntityIndex& entities, WinnerSlots& winners) {
  std::vector<uint32_t> numbers(rows.keys.rows());
  entities.keys().Find(rows.keys, numbers);
  std::vector<size_t> slots(numbers.size());
  entities.FindSlots(numbers, rows.available, slots);
  for (size_t row = 0; row < slots.size(); ++row) {
    if (row + kSlotsAhead < slots.size() && slots[row + kSlotsAhead] != EntityIndex::kNoSlot) {
      winners.Prefetch(slots[row + kSlotsAhead]);
    }
    if (slots[row] != EntityIndex::kNoSlot) {
      winners.Offer(slots[row], rows.times[row], rows.candidates[row]);
    }
  }
}

}  // namespace

Result<ViewScan> ViewScan::Open(const JoinContext& context,
                                const JoinView& view,
                                const ViewSchema& schema,
                                const EntityIndex& entities) {
  ViewScan scan(context, view, schema);
  table::ScanRequest request{.scan = table::SnapshotScan{view.snapshot},
                             .filter = ViewFilter(view, schema, entities)};
  ASSIGN_OR_RETURN(scan.files_, table::FileScan::Open(context.scan, view.table, request));
  return scan;
}

Status ViewScan::Match(const EntityIndex& entities, WinnerSlots& winners) {
  return ForEachRowsToMatch(context_, *files_, view_, schema_,
                            [&](const RowsToMatch& rows) -> Status {
                              Offer(rows, entities, winners);
                              return {};
                            });
}

Status ViewScan::Gather(std::span<const Winner> winners,
                        std::span<const std::unique_ptr<FeatureOutput>> outputs) {
  GatheredColumns columns{.names = {}, .fields = schema_.features};
  for (const FeatureColumn& feature : view_.features) {
    columns.names.push_back(feature.table_column);
  }
  return GatherRows(context_, *files_, columns, winners, outputs);
}

}  // namespace firn::features
