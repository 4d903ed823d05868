// Sources: the numbers that other rooms keep, under the names of docs/metrics.md.
//
// What a source is made from must outlive the Metrics it is added to. Thread-safety: as Metrics.
#pragma once

#include "server/http/server.h"
#include "server/observe/log.h"
#include "server/observe/metrics.h"
#include "server/planning/plan_service.h"
#include "server/service/commit_counters.h"
#include "server/service/metadata_cache.h"
#include "server/store/catalog_store.h"
#include "storage/metered_object_store.h"

namespace firn::observe {

Metrics::Source LogSource(const Log& log);
Metrics::Source MetadataCacheSource(const service::MetadataCache& cache);
Metrics::Source CommitSource(const service::CommitCounters& counters);
Metrics::Source PlanningSource(const planning::PlanService& plans);
Metrics::Source StoreSource(const store::CatalogStore& store);
Metrics::Source ObjectStoreSource(const storage::MeteredObjectStore& store);
Metrics::Source ServerSource(const http::HttpServer& server);

}  // namespace firn::observe
