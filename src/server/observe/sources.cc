#include "server/observe/sources.h"

namespace firn::observe {

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
