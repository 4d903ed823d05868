#include "features/request/frame_columns.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace firn::features {

Result<std::string> EventTimestampOf(const arrow::Schema& entities) {
  if (entities.GetFieldIndex(kEventTimestamp) >= 0) {
    return std::string(kEventTimestamp);
  }
  std::vector<std::string> times;
  for (const auto& field : entities.fields()) {
    if (field->type()->id() == arrow::Type::TIMESTAMP) {
      times.push_back(field->name());
    }
  }
  if (times.size() == 1) {
    return times.front();
  }
  return Error(ErrorCode::kInvalidArgument,
               times.empty()
                   ? std::string("The entity frame has no column event_timestamp, and no other of "
                                 "timestamps; name its time column")
                   : fmt::format("Which column of the entity frame has its times: {}?",
                                 fmt::join(times, ", ")));
}

}  // namespace firn::features
