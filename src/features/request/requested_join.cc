#include "features/request/requested_join.h"

#include <map>

#include "features/request/frame_columns.h"

namespace firn::features {

Result<JoinRequest> MakeJoinRequest(table::TableStore& catalog,
                                    const RequestedJoin& requested,
                                    const arrow::Schema* entities) {
  JoinRequest request{.event_timestamp = requested.event_timestamp, .views = {}};
  if (request.event_timestamp.empty()) {
    request.event_timestamp = kEventTimestamp;
    if (entities != nullptr) {
      ASSIGN_OR_RETURN(request.event_timestamp, EventTimestampOf(*entities));
    }
  }
  std::map<TableIdentifier, table::Table> loaded;
  for (const RequestedView& view : requested.views) {
    std::optional<table::Table> table = view.table;
    if (!table) {
      auto found = loaded.find(view.text.table);
      if (found == loaded.end()) {
        ASSIGN_OR_RETURN(table::Table fresh, catalog.Load(view.text.table));
        found = loaded.emplace(view.text.table, std::move(fresh)).first;
      }
      table = found->second;
    }
    auto made = entities == nullptr
                    ? MakeView(view.text, *std::move(table), requested.snapshot, requested.names)
                    : MakeView(view.text, *std::move(table), requested.snapshot, *entities,
                               request.event_timestamp, requested.names);
    ASSIGN_OR_RETURN(request.views.emplace_back(), std::move(made));
  }
  return request;
}

}  // namespace firn::features
