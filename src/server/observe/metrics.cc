#include "server/observe/metrics.h"

#include <array>
#include <fstream>

namespace firn::observe {
namespace {

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

Metrics::Metrics() : start_time_(SystemClock().Now()) {}

void Metrics::AddSource(Source source) {
  std::lock_guard lock(mutex_);
  sources_.push_back(std::move(source));
}

void Metrics::SetEntityCounts(const store::EntityCounts& counts) {
  std::lock_guard lock(mutex_);
  entities_ = counts;
}

void Metrics::SetDatabaseUp(bool up, std::chrono::nanoseconds ping) {
  database_up_ = up;
  database_ping_ = ping;
}

void Metrics::CollectOwn(Exposition& exposition) {
  requests_.Collect(exposition);
  exposition.Gauge("firn_http_connections", "Open connections.",
                   static_cast<double>(connections_.load()));
  constexpr std::string_view kEntities = "firn_catalog_entities";
  constexpr std::string_view kEntitiesHelp = "Entities in the catalog, by kind.";
  for (const auto& [kind, count] :
       {std::pair{"warehouse", entities_.warehouses}, std::pair{"namespace", entities_.namespaces},
        std::pair{"table", entities_.tables}, std::pair{"view", entities_.views}}) {
    exposition.Gauge(kEntities, kEntitiesHelp, static_cast<double>(count), {{"kind", kind}});
  }
  constexpr std::array<std::string_view, store::kJobStates> kStates = {"queued", "running", "done",
                                                                       "failed", "cancelled"};
  for (size_t state = 0; state < kStates.size(); ++state) {
    exposition.Gauge("firn_jobs", "Background jobs, by state.",
                     static_cast<double>(entities_.jobs[state]), {{"state", kStates[state]}});
  }
  exposition.Gauge("firn_database_up", "1 where the last look at the database succeeded.",
                   database_up_ ? 1 : 0);
  exposition.Gauge("firn_database_ping_seconds", "How long the last look at the database took.",
                   std::chrono::duration<double>(database_ping_.load()).count());
  exposition.Gauge("firn_ready", "1 where /ready answers 200.", ready_ ? 1 : 0);
  exposition.Gauge("firn_process_anonymous_memory_bytes",
                   "Resident memory that no file backs (RssAnon).", AnonymousBytes());
  constexpr double kMsPerSecond = 1'000;
  exposition.Gauge("firn_process_start_time_seconds", "Start of the process, Unix time.",
                   static_cast<double>(start_time_.value()) / kMsPerSecond);
}

std::string Metrics::Render() {
  Exposition exposition;
  std::lock_guard lock(mutex_);
  CollectOwn(exposition);
  for (const Source& source : sources_) {
    source(exposition);
  }
  return exposition.Print();
}

}  // namespace firn::observe
