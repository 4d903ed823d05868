// ViewText: a view of a join as a line of text, and the view that it means of a table.
//
//   [NAME=]TABLE:FEATURE[,FEATURE...][@KEY=VALUE[,KEY=VALUE...]]
//
//   db.driver_stats:conv_rate,acc_rate@ttl=7d
//   origin=db.locations:temperature@key=origin_id:location_id,time=ts,created=created_ts
//
// FEATURE is a column, or `column as name`; `*` all that are neither key nor time. Keys: `ttl` (a
// duration; none: any age), `key` (a column of both, or ENTITY:COLUMN; repeatable), `time`,
// `created`, `created-later` (`counts`, `does-not`), and which state of the table is read, whatever
// other views do: `snapshot` (an id), maybe with `schema` (an id), or `ref` (a branch or tag).
//
// What is not said: keys are the table's identifier fields if the frame has them all, else the
// columns that both have, times left out; `time` is `event_timestamp`, else the only timestamp but
// `created`; `created` is `created_timestamp`, `created_ts` or `created` if the table has one.
//
// Errors: kInvalidArgument saying what cannot be read, or could be meant. Thread-safety: pure
// functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type.h>

#include "base/result.h"
#include "base/table_identifier.h"
#include "features/join/join_request.h"
#include "iceberg/metadata/table_metadata.h"
#include "table/plan/snapshot_selection.h"
#include "table/table_store.h"

namespace firn::features {

enum class NoKeys : uint8_t {
  kAsCanBeMeant,  ///< Those that can be meant, as above.
  kByTimeAlone,   ///< Rows are joined by time alone; a text cannot say it.
};

struct ViewText {
  /// Of the view; the table's last level where the text has none.
  std::string name;
  TableIdentifier table;
  std::vector<FeatureColumn> features;
  bool all_features = false;
  std::vector<JoinKey> keys;
  /// What no keys mean.
  NoKeys no_keys = NoKeys::kAsCanBeMeant;
  std::string timestamp_column;
  std::string created_column;
  int64_t ttl_us = 0;
  CreatedLater created_later = CreatedLater::kCounts;
  /// Of its table; none: what the whole join reads.
  std::optional<table::SnapshotSelector> snapshot;
  /// With the id of a snapshot: the columns that it is read by, instead of those that it was
  /// written with.
  std::optional<iceberg::SchemaId> schema;
};

Result<ViewText> ParseViewText(std::string_view text);

/// How features are named in the answer.
enum class FeatureNames : uint8_t {
  kShort,  ///< As the view has them.
  kFull,   ///< `view__feature`
};

/// `event_timestamp` is the frame's column of times; `snapshot` counts where the text names none.
/// The view of a text that does has the table's metadata of then (table::MetadataAt).
Result<JoinView> MakeView(const ViewText& text,
                          table::Table table,
                          const table::SnapshotSelector& snapshot,
                          const arrow::Schema& entities,
                          const std::string& event_timestamp,
                          FeatureNames names);

/// Without an entity frame: keys that are not named are the table's identifier fields.
Result<JoinView> MakeView(const ViewText& text,
                          table::Table table,
                          const table::SnapshotSelector& snapshot,
                          FeatureNames names);

}  // namespace firn::features
