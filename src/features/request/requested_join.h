// RequestedJoin: a join as people ask for it, and the request that it means of a catalog's tables.
// Each table is loaded once, however many views are of it: they all see the same state.
//
// Errors: kNoSuchTable and others of the catalog; kInvalidArgument where no or several columns
// could be meant (view_text.h, frame_columns.h). Thread-safety: plain values; MakeJoinRequest from
// any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <arrow/type.h>

#include "base/result.h"
#include "features/join/join_request.h"
#include "features/request/view_text.h"
#include "table/plan/snapshot_selection.h"
#include "table/table_store.h"

namespace firn::features {

struct RequestedView {
  ViewText text;
  /// Its table, where the caller has it; else it is loaded.
  std::optional<table::Table> table;
};

struct RequestedJoin {
  /// Of the entity frame; empty: EventTimestampOf, `event_timestamp` where there is no frame.
  std::string event_timestamp;
  std::vector<RequestedView> views;
  /// Of every table.
  table::SnapshotSelector snapshot = table::CurrentSnapshot{};
  FeatureNames names = FeatureNames::kShort;
};

/// `entities` are the columns of the entity frame; null: there is none, and the views' tables will
/// say for which entities (features/entities).
Result<JoinRequest> MakeJoinRequest(table::TableStore& catalog,
                                    const RequestedJoin& requested,
                                    const arrow::Schema* entities);

}  // namespace firn::features
