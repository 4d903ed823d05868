// EntityFrame: the rows that a join answers for: their times, and their index by each key that a
// view asks for.
//
// Errors: kInvalidArgument for times that are none, or that cannot be compared with a view's;
// kPayloadTooLarge for texts that fit no array. Thread-safety: one thread at a time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/array.h>
#include <arrow/table.h>

#include "base/result.h"
#include "features/join/entity_index.h"
#include "features/join/event_times.h"
#include "features/join/join_request.h"
#include "features/join/view_schema.h"

namespace firn::features {

class EntityFrame {
 public:
  /// `table` outlives the frame and has the columns that are asked for.
  static Result<EntityFrame> Make(const arrow::Table& table, const std::string& event_timestamp);

  const arrow::Array& times() const { return *times_; }

  /// Made once for all views of these columns and unit.
  Result<const EntityIndex*> IndexOf(const JoinView& view, const ViewSchema& schema);

 private:
  explicit EntityFrame(const arrow::Table& table) : table_(table) {}

  static Status CheckRange(const JoinView& view,
                           const ViewSchema& schema,
                           const EntityIndex& index);

  const arrow::Table& table_;
  std::shared_ptr<arrow::Array> times_;
  std::map<std::pair<std::vector<std::string>, TimeUnit>, EntityIndex> indexes_;
};

}  // namespace firn::features
