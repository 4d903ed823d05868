// The read side of the store: each function one question, one session.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/store/catalog_store.h"
#include "server/store/sql/session/session.h"

namespace firn::store::sql {

Result<std::vector<WarehouseRecord>> ReadWarehouses(Session& session);
Result<NamespaceRecord> ReadNamespace(Session& session,
                                      WarehouseId warehouse,
                                      const NamespacePath& path);
Result<Page<std::string>> ReadNamespacePage(Session& session,
                                            WarehouseId warehouse,
                                            const NamespacePath& parent,
                                            const PageRequest& page);
Result<Page<std::string>> ReadObjectPage(Session& session,
                                         NamespaceId name_space,
                                         ObjectKind kind,
                                         const PageRequest& page);
Result<std::vector<ObjectRecord>> ReadReferencing(Session& session,
                                                  std::string_view uuid,
                                                  std::string_view location);
/// True where a job waits to be claimed.
Result<bool> HasDueJob(Session& session, TimestampMs now);
Result<std::vector<JobRecord>> ReadJobs(Session& session, const JobFilter& filter);
Result<std::vector<EventRecord>> ReadEvents(Session& session,
                                            WarehouseId warehouse,
                                            int64_t after,
                                            int64_t limit);
Result<EntityCounts> ReadEntityCounts(Session& session);

}  // namespace firn::store::sql
