// What a point-in-time join is asked for: an entity frame, and views of tables whose newest rows at
// or before each entity row's time are joined to it. docs/behaviour.md has the semantics with
// worked examples; PointInTimeJoin (point_in_time_join.h) answers.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "table/plan/snapshot_selection.h"
#include "table/table_store.h"

namespace firn::features {

/// A part of a key: the same thing in the entity frame and in the table.
struct JoinKey {
  std::string entity_column;
  std::string table_column;
};

struct FeatureColumn {
  std::string table_column;
  /// Its name in the answer.
  std::string output_name;
};

/// Whether a row counts that was created after the entity row's time.
enum class CreatedLater : uint8_t {
  kCounts,   ///< The created time only breaks ties.
  kDoesNot,  ///< Rows created later, or of unknown creation, are not seen.
};

struct JoinView {
  /// For errors.
  std::string name;
  table::Table table;
  table::SnapshotSelector snapshot = table::CurrentSnapshot{};
  /// Empty: rows are joined by time alone.
  std::vector<JoinKey> keys;
  /// A timestamp or date column of the table.
  std::string timestamp_column;
  /// A timestamp or date column; empty: none.
  std::string created_column;
  std::vector<FeatureColumn> features;
  /// Greatest age of a row in microseconds, both ends included; 0: any.
  int64_t ttl_us = 0;
  CreatedLater created_later = CreatedLater::kCounts;
};

struct JoinRequest {
  /// Of the entity frame: a timestamp, date or ISO 8601 text column.
  std::string event_timestamp;
  std::vector<JoinView> views;
};

}  // namespace firn::features
