// PlanSpec: what a plan reads, with everything pinned that could change between two calls of its
// client: snapshots by id, the schema by id, columns by field id. It is kept in the plan's row, so
// that any process plans the same manifests in the same order.
//
// Errors of Parse: kInvalidArgument for text that Print did not make. Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression.h"
#include "iceberg/schema/ids.h"

namespace firn::planning {

struct PlanSpec {
  std::string table_uuid;
  /// The snapshot to read, an append scan's last; nullopt where the table had none.
  std::optional<iceberg::SnapshotId> snapshot;
  /// Where given, only what appends brought after this snapshot.
  std::optional<iceberg::SnapshotId> appends_after;
  iceberg::SchemaId schema;
  iceberg::Expression filter = iceberg::Expression::True();
  bool case_sensitive = true;
  /// Columns whose metrics the tasks carry.
  std::vector<iceberg::FieldId> stats;
  /// Rows after which no more files are needed; nullopt for all.
  std::optional<int64_t> min_rows;

  iceberg::NameCase names() const {
    return case_sensitive ? iceberg::NameCase::kSensitive : iceberg::NameCase::kInsensitive;
  }
};

std::string PrintPlanSpec(const PlanSpec& spec);
Result<PlanSpec> ParsePlanSpec(std::string_view json);

}  // namespace firn::planning
