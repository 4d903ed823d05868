// Sources: the numbers that other rooms keep, under the names of docs/metrics.md.
//
// What a source is made from must outlive the Metrics it is added to. Thread-safety: as Metrics.
#pragma once

#include "server/observe/log.h"
#include "server/observe/metrics.h"
#include "server/service/metadata_cache.h"

namespace firn::observe {

Metrics::Source LogSource(const Log& log);
Metrics::Source MetadataCacheSource(const service::MetadataCache& cache);

}  // namespace firn::observe
