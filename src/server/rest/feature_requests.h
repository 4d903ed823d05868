// What POST /features/v1/{prefix}/join and /latest are asked for, as JSON:
//
//   {"views": ["db.stats:rate@ttl=7d"], "entities": [{"driver": 1, "event_timestamp": "..."}],
//    "event-timestamp": "ts", "start": "2026-11-01", "end": "...", "as-of": "...",
//    "full-feature-names": true}
//   {"view": "db.stats:rate@key=driver", "start": "...", "end": "...", "as-of": "..."}
//
// Views are texts (features/request/view_text.h); times as iceberg/schema/time_text.h reads them. A
// field that is not known is refused: a misspelt limit would be none.
//
// Errors: kInvalidArgument naming the field. Thread-safety: pure functions; a request may be read
// by one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json_reader.h"
#include "base/result.h"

namespace firn::rest {

/// Views of one join.
inline constexpr size_t kMaxViews = 256;

struct JoinFeaturesRequest {
  /// 1 to kMaxViews.
  std::vector<std::string> views;
  /// Empty: what the frame leaves no doubt about.
  std::string event_timestamp;
  bool full_feature_names = false;
  std::optional<TimestampMs> as_of;
  /// Of event times where there are no entities, both included.
  std::optional<TimestampUs> start;
  std::optional<TimestampUs> end;
  /// Holds `entities`.
  json::Document document;
  /// Objects.
  std::optional<json::Array> entities;
};

struct LatestFeaturesRequest {
  std::string view;
  std::optional<TimestampMs> as_of;
  /// Of event times, both included.
  std::optional<TimestampUs> start;
  std::optional<TimestampUs> end;
};

Result<JoinFeaturesRequest> ParseJoinFeatures(std::string_view json);
Result<LatestFeaturesRequest> ParseLatestFeatures(std::string_view json);

}  // namespace firn::rest
