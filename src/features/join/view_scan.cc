#include "features/join/view_scan.h"

#include <utility>
#include <vector>

#include "base/thread_pool.h"
#include "features/join/row_gathering.h"
#include "features/join/view_filter.h"

namespace firn::features {
namespace {

void Offer(const RowsToMatch& rows, const EntityIndex& entities, WinnerSlots& slots) {
  std::vector<uint32_t> numbers(rows.keys.rows());
  entities.keys().Find(rows.keys, numbers);
  for (size_t row = 0; row < numbers.size(); ++row) {
    if (numbers[row] == KeyIndex::kNoKey || rows.available[row] == kNoTime) {
      continue;
    }
    const size_t slot = entities.SlotAt(numbers[row], rows.available[row]);
    if (slot != EntityIndex::kNoSlot) {
      slots.Offer(slot, rows.times[row], rows.candidates[row]);
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

Status ViewScan::Match(const EntityIndex& entities, WinnerSlots& slots) {
  ASSIGN_OR_RETURN(columnar::ReadRequest request,
                   files_->RequestOf({.columns = MatchColumns::NamesOf(view_),
                                      .filter = columnar::RowFilter::kPruneOnly}));
  const MatchColumns columns = MatchColumns::Make(view_, schema_, request);
  for (size_t file = 0; file < files_->size(); ++file) {
    context_.Plan(files_->record_count(file));
  }
  const std::vector<table::ScanUnit> units = files_->Units(context_.match_unit_bytes);
  return ParallelFor(context_.scan.pool, units.size(), context_.scan.readers, [&](size_t i) {
    return MatchUnit(units[i], request, columns, entities, slots);
  });
}

Status ViewScan::MatchUnit(const table::ScanUnit& unit,
                           const columnar::ReadRequest& request,
                           const MatchColumns& columns,
                           const EntityIndex& entities,
                           WinnerSlots& slots) {
  ASSIGN_OR_RETURN(auto reader, files_->Read(unit, request));
  while (true) {
    ASSIGN_OR_RETURN(auto batch, reader->Next());
    if (batch == nullptr) {
      return {};
    }
    ASSIGN_OR_RETURN(RowsToMatch rows, columns.Read(unit.file, *batch));
    Offer(rows, entities, slots);
    context_.Count(batch->num_rows());
  }
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
