#include "server/observe/metrics.h"

#include <ctime>
#include <fstream>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

namespace firn::observe {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

/// Upper bounds in seconds: 50 us to 25 s.
const prometheus::Histogram::BucketBoundaries kLatencyBuckets = {
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
    0.05,    0.1,    0.25,    0.5,    1,     2.5,    5,     10,   25};

/// Bytes of memory that no file backs, from /proc; 0 where it cannot be read.
double AnonymousBytes() {
  std::ifstream status("/proc/self/status");
  std::string key;
  while (status >> key) {
    if (key == "RssAnon:") {
      double kibibytes = 0;
      status >> kibibytes;
      return kibibytes * 1024;
    }
  }
  return 0;
}

}  // namespace

class Metrics::Impl {
 public:
  prometheus::Gauge& PlainGauge(const char* name, const char* help) {
    return BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }
  prometheus::Counter& PlainCounter(const char* name, const char* help) {
    return BuildCounter().Name(name).Help(help).Register(registry).Add({});
  }

  prometheus::Histogram& LatencyOf(std::string_view route, int status) {
    Key key{route.data(), status};
    {
      std::shared_lock lock(mutex);
      auto found = latencies.find(key);
      if (found != latencies.end()) {
        return *found->second;
      }
    }
    std::unique_lock lock(mutex);
    auto& histogram = latency_family.Add(
        {{"route", std::string(route)}, {"status", std::to_string(status)}}, kLatencyBuckets);
    latencies.emplace(key, &histogram);
    return histogram;
  }

  struct Key {
    const char* route;
    int status;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const {
      return std::hash<const void*>{}(key.route) * 31 + static_cast<size_t>(key.status);
    }
  };

  prometheus::Registry registry;
  prometheus::Family<prometheus::Histogram>& latency_family =
      BuildHistogram()
          .Name("firn_http_request_duration_seconds")
          .Help("Time from the end of a request to the end of its answer.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& error_family =
      BuildCounter()
          .Name("firn_http_errors_total")
          .Help("Answers in the error model, by Iceberg error type.")
          .Register(registry);
  prometheus::Family<prometheus::Gauge>& entity_family =
      BuildGauge()
          .Name("firn_catalog_entities")
          .Help("Entities in the catalog, by kind.")
          .Register(registry);
  prometheus::Gauge& warehouses = entity_family.Add({{"kind", "warehouse"}});
  prometheus::Gauge& namespaces = entity_family.Add({{"kind", "namespace"}});
  prometheus::Gauge& tables = entity_family.Add({{"kind", "table"}});
  prometheus::Gauge& views = entity_family.Add({{"kind", "view"}});
  prometheus::Gauge& in_flight =
      PlainGauge("firn_http_requests_in_flight", "Requests being answered.");
  prometheus::Gauge& connections = PlainGauge("firn_http_connections", "Open connections.");
  prometheus::Counter& response_bytes =
      PlainCounter("firn_http_response_bytes_total", "Bytes of response bodies.");
  prometheus::Counter& cache_hits =
      PlainCounter("firn_metadata_cache_hits_total", "Metadata found in memory.");
  prometheus::Counter& cache_misses =
      PlainCounter("firn_metadata_cache_misses_total", "Metadata read from storage.");
  prometheus::Gauge& cache_bytes =
      PlainGauge("firn_metadata_cache_bytes", "Estimated size of the metadata cache.");
  prometheus::Gauge& database_up =
      PlainGauge("firn_database_up", "1 where the last look at the database succeeded.");
  prometheus::Gauge& database_ping =
      PlainGauge("firn_database_ping_seconds", "How long the last look at the database took.");
  prometheus::Gauge& ready = PlainGauge("firn_ready", "1 where /ready answers 200.");
  prometheus::Gauge& anonymous_bytes = PlainGauge("firn_process_anonymous_memory_bytes",
                                                  "Resident memory that no file backs (RssAnon).");
  prometheus::Gauge& start_time =
      PlainGauge("firn_process_start_time_seconds", "Start of the process, Unix time.");

  std::shared_mutex mutex;
  std::unordered_map<Key, prometheus::Histogram*, KeyHash> latencies;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {
  impl_->start_time.Set(static_cast<double>(std::time(nullptr)));
}
Metrics::~Metrics() = default;

void Metrics::RequestStarted() { impl_->in_flight.Increment(); }

void Metrics::RequestEnded(std::string_view route,
                           int status,
                           std::chrono::nanoseconds duration,
                           size_t response_bytes) {
  impl_->in_flight.Decrement();
  impl_->response_bytes.Increment(static_cast<double>(response_bytes));
  impl_->LatencyOf(route, status).Observe(std::chrono::duration<double>(duration).count());
}

void Metrics::ErrorAnswered(std::string_view type) {
  impl_->error_family.Add({{"type", std::string(type)}}).Increment();
}

void Metrics::ConnectionOpened() { impl_->connections.Increment(); }
void Metrics::ConnectionClosed() { impl_->connections.Decrement(); }

void Metrics::SetEntityCounts(const store::EntityCounts& counts) {
  impl_->warehouses.Set(static_cast<double>(counts.warehouses));
  impl_->namespaces.Set(static_cast<double>(counts.namespaces));
  impl_->tables.Set(static_cast<double>(counts.tables));
  impl_->views.Set(static_cast<double>(counts.views));
}

void Metrics::SetCacheStats(const service::MetadataCache::Stats& stats) {
  impl_->cache_hits.Increment(static_cast<double>(stats.hits) - impl_->cache_hits.Value());
  impl_->cache_misses.Increment(static_cast<double>(stats.misses) - impl_->cache_misses.Value());
  impl_->cache_bytes.Set(static_cast<double>(stats.bytes));
}

void Metrics::SetDatabaseUp(bool up, std::chrono::nanoseconds ping) {
  impl_->database_up.Set(up ? 1 : 0);
  impl_->database_ping.Set(std::chrono::duration<double>(ping).count());
}

void Metrics::SetReady(bool ready) { impl_->ready.Set(ready ? 1 : 0); }

std::string Metrics::Render() {
  impl_->anonymous_bytes.Set(AnonymousBytes());
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace firn::observe
