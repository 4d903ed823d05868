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

Metrics::Source CommitSource(const service::CommitCounters& counters) {
  return [&counters](Exposition& exposition) {
    constexpr std::string_view kName = "firn_commits_total";
    constexpr std::string_view kHelp = "Changes of tables and views, by how they ended.";
    exposition.Counter(kName, kHelp, counters.committed, {{"result", "committed"}});
    exposition.Counter(kName, kHelp, counters.conflicts, {{"result", "conflict"}});
    exposition.Counter(kName, kHelp, counters.unknown, {{"result", "unknown"}});
    exposition.Counter("firn_commit_retries_total",
                       "Changes done again inside the server because another came first.",
                       counters.retries);
    exposition.Counter("firn_commits_rebased_total",
                       "Appends put on top of a commit that their clients had not seen.",
                       counters.rebased);
  };
}

Metrics::Source PlanningSource(const planning::PlanService& plans) {
  return [&plans](Exposition& exposition) {
    const planning::PlanCounters& counters = plans.counters();
    constexpr std::string_view kTime = "firn_planning_duration_seconds";
    constexpr std::string_view kTimeHelp = "How long planning calls took, by call.";
    exposition.Histogram(kTime, kTimeHelp, counters.begun.snapshot(), {{"call", "plan"}});
    exposition.Histogram(kTime, kTimeHelp, counters.fetched.snapshot(), {{"call", "fetch"}});
    exposition.Histogram(kTime, kTimeHelp, counters.tasks.snapshot(), {{"call", "tasks"}});
    constexpr std::string_view kPlans = "firn_plans_total";
    constexpr std::string_view kPlansHelp = "Plans made, by their first answer.";
    exposition.Counter(kPlans, kPlansHelp, counters.completed, {{"answer", "whole"}});
    exposition.Counter(kPlans, kPlansHelp, counters.paged, {{"answer", "paged"}});
    exposition.Counter(kPlans, kPlansHelp, counters.submitted, {{"answer", "submitted"}});
    exposition.Counter(kPlans, kPlansHelp, counters.failed, {{"answer", "error"}});
    exposition.Counter("firn_plans_cancelled_total", "Plans cancelled by their clients.",
                       counters.cancelled);
    exposition.Counter("firn_plan_files_total", "File scan tasks given.", counters.files);
    exposition.Gauge("firn_plans_preparing", "Plans being begun now.",
                     static_cast<double>(plans.preparing()));
    exposition.Gauge("firn_plans_kept_bytes", "Memory of the plans that were begun.",
                     static_cast<double>(plans.prepared_bytes()));
    table::ManifestCacheCounts cache = plans.cache_counts();
    exposition.Counter("firn_manifest_cache_hits_total", "Manifests and lists found in memory.",
                       cache.hits);
    exposition.Counter("firn_manifest_cache_misses_total", "Those read from storage.",
                       cache.misses);
    exposition.Gauge("firn_manifest_cache_bytes", "Decoded manifests in memory.",
                     static_cast<double>(plans.cache_bytes()));
  };
}

Metrics::Source StoreSource(const store::CatalogStore& store) {
  return [&store](Exposition& exposition) {
    store::StoreStats stats = store.Stats();
    constexpr std::string_view kTime = "firn_database_duration_seconds";
    constexpr std::string_view kTimeHelp = "How long the database was used, by kind of use.";
    exposition.Histogram(kTime, kTimeHelp, stats.reads, {{"kind", "read"}});
    exposition.Histogram(kTime, kTimeHelp, stats.groups, {{"kind", "group"}});
    constexpr std::string_view kWait = "firn_database_wait_seconds";
    constexpr std::string_view kWaitHelp = "How long was waited for the database, by kind of use.";
    exposition.Histogram(kWait, kWaitHelp, stats.reader_waits, {{"kind", "read"}});
    exposition.Histogram(kWait, kWaitHelp, stats.change_waits, {{"kind", "change"}});
    exposition.Counter("firn_database_changes_total",
                       "Changes in groups: divided by the number of groups, a group's size.",
                       stats.changes);
    exposition.Gauge("firn_database_changes_waiting", "Changes that wait for their group.",
                     static_cast<double>(stats.changes_waiting));
    exposition.Gauge("firn_database_readers_in_use", "Sessions that read now.",
                     static_cast<double>(stats.readers_in_use));
    exposition.Gauge("firn_database_readers_max", "Sessions that may read at a time.",
                     static_cast<double>(stats.readers_max));
    exposition.Counter("firn_pointer_cache_hits_total", "Tables and views found in memory.",
                       stats.pointer_hits);
    exposition.Counter("firn_pointer_cache_misses_total", "Those asked of the database.",
                       stats.pointer_misses);
  };
}

Metrics::Source ObjectStoreSource(const storage::MeteredObjectStore& store) {
  return [&store](Exposition& exposition) {
    for (size_t call = 0; call < storage::kStoreCallNames.size(); ++call) {
      exposition.Histogram("firn_object_store_duration_seconds",
                           "How long calls to the object store took, by operation.",
                           store.stats(static_cast<storage::StoreCall>(call)).latency,
                           {{"operation", storage::kStoreCallNames[call]}});
    }
    for (size_t call = 0; call < storage::kStoreCallNames.size(); ++call) {
      exposition.Counter("firn_object_store_failures_total",
                         "Calls to the object store that failed, by operation.",
                         store.stats(static_cast<storage::StoreCall>(call)).failures,
                         {{"operation", storage::kStoreCallNames[call]}});
    }
    exposition.Counter("firn_object_store_read_bytes_total", "Bytes read from the object store.",
                       store.bytes_read());
    exposition.Counter("firn_object_store_written_bytes_total",
                       "Bytes written to the object store.", store.bytes_written());
  };
}

Metrics::Source ServerSource(const http::HttpServer& server) {
  return [&server](Exposition& exposition) {
    exposition.Gauge("firn_http_requests_queued", "Requests that wait for a worker.",
                     static_cast<double>(server.queued_requests()));
  };
}

}  // namespace firn::observe
