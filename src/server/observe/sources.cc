#include "server/observe/sources.h"

namespace firn::observe {

Metrics::Source LogSource(const Log& log) {
  return [&log](Exposition& exposition) {
    exposition.Counter("firn_access_log_dropped_total",
                       "Log lines lost because they were not taken as fast as they came.",
                       log.dropped());
  };
}

Metrics::Source MetadataCacheSource(const service::MetadataCache& cache) {
  return [&cache](Exposition& exposition) {
    service::MetadataCache::Stats stats = cache.stats();
    exposition.Counter("firn_metadata_cache_hits_total", "Metadata found in memory.", stats.hits);
    exposition.Counter("firn_metadata_cache_misses_total", "Metadata read from storage.",
                       stats.misses);
    exposition.Gauge("firn_metadata_cache_bytes", "Estimated size of the metadata cache.",
                     static_cast<double>(stats.bytes));
  };
}

}  // namespace firn::observe
