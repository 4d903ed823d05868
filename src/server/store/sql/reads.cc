#include "server/store/sql/reads.h"

#include <algorithm>
#include <limits>

#include "server/store/sql/changes/locations.h"
#include "server/store/sql/session/namespace_key.h"
#include "server/store/sql/session/properties.h"
#include "server/store/sql/session/rows.h"
#include "server/store/sql/text/jobs.h"
#include "server/store/sql/text/logs.h"
#include "server/store/sql/text/namespaces.h"
#include "server/store/sql/text/objects.h"

namespace firn::store::sql {
namespace {

/// One more than asked for tells whether there is more.
int64_t RowLimit(const PageRequest& page) {
  return page.limit.has_value() ? *page.limit + 1 : std::numeric_limits<int64_t>::max();
}

Page<std::string> ToPage(std::vector<std::string> names, const PageRequest& page) {
  Page<std::string> result;
  result.has_more = page.limit.has_value() && static_cast<int64_t>(names.size()) > *page.limit;
  if (result.has_more) {
    names.resize(static_cast<size_t>(*page.limit));
  }
  result.items = std::move(names);
  return result;
}

/// Collects the rows' first column.
auto Collect(std::vector<std::string>& names) {
  return [&names](const Row& row) -> Status {
    names.emplace_back(row.Text(0));
    return {};
  };
}

}  // namespace

Result<std::vector<WarehouseRecord>> ReadWarehouses(Session& session) {
  std::vector<WarehouseRecord> warehouses;
  RETURN_IF_ERROR(session.Query(kListWarehouses, {}, [&](const Row& row) -> Status {
    ASSIGN_OR_RETURN(Properties properties, PropertiesFromJson(row.Text(3)));
    warehouses.push_back({.id = WarehouseId(row.Int(0)),
                          .name = std::string(row.Text(1)),
                          .location = std::string(row.Text(2)),
                          .properties = std::move(properties),
                          .is_default = row.Int(4) != 0});
    return {};
  }));
  return warehouses;
}

Result<NamespaceRecord> ReadNamespace(Session& session,
                                      WarehouseId warehouse,
                                      const NamespacePath& path) {
  ASSIGN_OR_RETURN(NamespaceRow row, GetNamespaceRow(session, warehouse, path));
  ASSIGN_OR_RETURN(Properties properties, PropertiesFromJson(row.properties));
  return NamespaceRecord{
      .id = row.id, .warehouse = warehouse, .path = path, .properties = std::move(properties)};
}

Result<Page<std::string>> ReadNamespacePage(Session& session,
                                            WarehouseId warehouse,
                                            const NamespacePath& parent,
                                            const PageRequest& page) {
  std::string key = parent.empty() ? std::string(kTopKey) : NamespaceKey(parent);
  ASSIGN_OR_RETURN(auto row, FindNamespaceRow(session, warehouse, key));
  if (!row.has_value()) {
    return NoSuchNamespace(parent);
  }
  std::vector<std::string> names;
  if (page.after.has_value()) {
    RETURN_IF_ERROR(session.Query(
        kListNamespacesAfter,
        {{":parent", row->id.value()}, {":after", *page.after}, {":limit", RowLimit(page)}},
        Collect(names)));
  } else {
    RETURN_IF_ERROR(session.Query(kListNamespaces,
                                  {{":parent", row->id.value()}, {":limit", RowLimit(page)}},
                                  Collect(names)));
  }
  return ToPage(std::move(names), page);
}

Result<Page<std::string>> ReadObjectPage(Session& session,
                                         NamespaceId name_space,
                                         ObjectKind kind,
                                         const PageRequest& page) {
  std::vector<std::string> names;
  auto kind_value = static_cast<int64_t>(kind);
  if (page.after.has_value()) {
    RETURN_IF_ERROR(session.Query(kListObjectsAfter,
                                  {{":namespace", name_space.value()},
                                   {":kind", kind_value},
                                   {":after", *page.after},
                                   {":limit", RowLimit(page)}},
                                  Collect(names)));
  } else {
    RETURN_IF_ERROR(session.Query(
        kListObjects,
        {{":namespace", name_space.value()}, {":kind", kind_value}, {":limit", RowLimit(page)}},
        Collect(names)));
  }
  return ToPage(std::move(names), page);
}

Result<std::vector<ObjectRecord>> ReadReferencing(Session& session,
                                                  std::string_view uuid,
                                                  std::string_view location) {
  ASSIGN_OR_RETURN(LocationRange range, RangeOf(location));
  std::vector<ObjectRecord> objects;
  auto add = [&](const Row& row) -> Status {
    ObjectRecord object = ReadObject(row);
    if (std::ranges::find(objects, object.id, &ObjectRecord::id) == objects.end()) {
      objects.push_back(std::move(object));
    }
    return {};
  };
  if (!uuid.empty()) {  // nobody's uuid is everybody's
    RETURN_IF_ERROR(session.Query(kFindObjectsByUuid, {{":uuid", uuid}}, add));
  }
  for (const std::string& key : range.upwards) {
    RETURN_IF_ERROR(session.Query(kFindObjectsAt, {{":location_key", key}}, add));
  }
  RETURN_IF_ERROR(session.Query(kFindObjectsBelow,
                                {{":below", range.below}, {":below_end", range.below_end}}, add));
  RETURN_IF_ERROR(session.Query(
      kFindMetadataAtOrBelow,
      {{":location_key", range.key()}, {":below", range.below}, {":below_end", range.below_end}},
      add));
  return objects;
}

Result<bool> HasDueJob(Session& session, TimestampMs now) {
  bool due = false;
  RETURN_IF_ERROR(session.Query(kFindDueJob, {{":now", now.value()}}, [&](const Row&) -> Status {
    due = true;
    return {};
  }));
  return due;
}

Result<std::vector<JobRecord>> ReadJobs(Session& session, const JobFilter& filter) {
  std::vector<JobRecord> jobs;
  constexpr int64_t kAnyState = -1;
  int64_t state = filter.state ? static_cast<int64_t>(*filter.state) : kAnyState;
  int64_t before = filter.before ? filter.before->value() : std::numeric_limits<int64_t>::max();
  RETURN_IF_ERROR(session.Query(kListJobs,
                                {{":kind", filter.kind.value_or("")},
                                 {":state", state},
                                 {":before", before},
                                 {":limit", filter.limit}},
                                [&](const Row& row) -> Status {
                                  jobs.push_back(ReadJob(row));
                                  return {};
                                }));
  return jobs;
}

Result<std::vector<EventRecord>> ReadEvents(Session& session,
                                            WarehouseId warehouse,
                                            int64_t after,
                                            int64_t limit) {
  std::vector<EventRecord> events;
  RETURN_IF_ERROR(session.Query(
      kListEvents, {{":warehouse", warehouse.value()}, {":after", after}, {":limit", limit}},
      [&](const Row& row) -> Status {
        events.push_back({.sequence = row.Int(0),
                          .transaction_id = std::string(row.Text(1)),
                          .time = TimestampMs(row.Int(2)),
                          .type = std::string(row.Text(3)),
                          .name_space = ParseNamespaceKey(row.Text(4)),
                          .name = std::string(row.Text(5)),
                          .detail = std::string(row.Text(6))});
        return {};
      }));
  return events;
}

Result<EntityCounts> ReadEntityCounts(Session& session) {
  EntityCounts counts;
  RETURN_IF_ERROR(session.Query(kCountEntities, {}, [&](const Row& row) -> Status {
    counts = {row.Int(0), row.Int(1), row.Int(2), row.Int(3), {}};
    constexpr int kFirstJobColumn = 4;
    for (size_t state = 0; state < kJobStates; ++state) {
      counts.jobs[state] = row.Int(kFirstJobColumn + static_cast<int>(state));
    }
    return {};
  }));
  return counts;
}

}  // namespace firn::store::sql
