// A planning request, and how it meets its table: checked, and everything that may change pinned.
//
// Errors: kInvalidArgument naming what does not fit: a snapshot that is not there, a combination
// that the document excludes, a column that the schema does not have.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/expression/expression.h"
#include "iceberg/metadata/table_metadata.h"
#include "server/planning/plan_spec.h"
#include "table/plan/scan_planner.h"

namespace firn::planning {

struct PlanRequest {
  std::optional<iceberg::SnapshotId> snapshot;
  /// Exclusive; only with `end`.
  std::optional<iceberg::SnapshotId> start;
  std::optional<iceberg::SnapshotId> end;
  std::vector<std::string> select;
  iceberg::Expression filter = iceberg::Expression::True();
  std::optional<int64_t> min_rows;
  bool case_sensitive = true;
  bool use_snapshot_schema = false;
  std::vector<std::string> stats_fields;
};

Result<PlanSpec> PinRequest(const iceberg::TableMetadata& table, const PlanRequest& request);

/// What the planner is asked, of a plan whose table had a snapshot.
table::ScanRequest ScanRequestOf(const PlanSpec& spec);

}  // namespace firn::planning
