// ViewScan: the two passes over a view's table. The first reads keys and times of the rows that
// live and offers each to its slot; the second (row_gathering.h) reads the features of the rows
// that won. So values that nobody wants are never held, and tables with deletes pay for them in the
// narrow pass alone.
//
// Memory: as DataFileReader, for each reader in either pass. Errors: those of table::FileScan.
// Thread-safety: one thread at a time; it works on several itself. What Open is given outlives it.
#pragma once

#include <memory>
#include <span>

#include "base/result.h"
#include "features/join/entity_index.h"
#include "features/join/feature_output.h"
#include "features/join/join_context.h"
#include "features/join/view_schema.h"
#include "features/join/winner_slots.h"
#include "table/scan/file_scan.h"

namespace firn::features {

class ViewScan {
 public:
  /// `entities` has slots.
  static Result<ViewScan> Open(const JoinContext& context,
                               const JoinView& view,
                               const ViewSchema& schema,
                               const EntityIndex& entities);

  /// Offers every row that can be of an entity row.
  Status Match(const EntityIndex& entities, WinnerSlots& winners);

  /// `winners` as WinnerSlots gives them; an output for each feature of the view.
  Status Gather(std::span<const Winner> winners,
                std::span<const std::unique_ptr<FeatureOutput>> outputs);

 private:
  ViewScan(const JoinContext& context, const JoinView& view, const ViewSchema& schema)
      : context_(context), view_(view), schema_(schema) {}

  const JoinContext& context_;
  const JoinView& view_;
  const ViewSchema& schema_;
  std::unique_ptr<table::FileScan> files_;
};

}  // namespace firn::features
