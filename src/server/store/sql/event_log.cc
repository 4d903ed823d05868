#include "server/store/sql/event_log.h"

#include <map>

#include "server/store/sql/text/logs.h"

namespace firn::store::sql {
namespace {

Status WriteEvent(Session& session, const PendingEvent& event, int64_t sequence) {
  RETURN_IF_ERROR(session.Execute(kInsertEvent, {{":warehouse", event.warehouse.value()},
                                                 {":sequence", sequence},
                                                 {":transaction_id", event.transaction_id},
                                                 {":time", event.time.value()},
                                                 {":type", event.type},
                                                 {":path", event.namespace_key},
                                                 {":name", event.name},
                                                 {":detail", event.detail}}));
  if (!event.version.has_value()) {
    return {};
  }
  RETURN_IF_ERROR(
      session.Execute(kInsertVersion, {{":object", event.version->object.value()},
                                       {":version", event.version->version},
                                       {":warehouse", event.warehouse.value()},
                                       {":sequence", sequence},
                                       {":metadata_location", event.version->metadata_location},
                                       {":time", event.time.value()}}));
  return {};
}

}  // namespace

Status WriteEvents(Session& session, std::span<const PendingEvent> events) {
  std::map<int64_t, int64_t> next;
  for (const PendingEvent& event : events) {
    ++next[event.warehouse.value()];
  }
  for (auto& [warehouse, count] : next) {
    int64_t last = 0;
    RETURN_IF_ERROR(session.Query(kTakeEventNumbers, {{":count", count}, {":warehouse", warehouse}},
                                  [&](const Row& row) -> Status {
                                    last = row.Int(0);
                                    return {};
                                  }));
    count = last - count + 1;
  }
  for (const PendingEvent& event : events) {
    RETURN_IF_ERROR(WriteEvent(session, event, next[event.warehouse.value()]++));
  }
  return {};
}

}  // namespace firn::store::sql
