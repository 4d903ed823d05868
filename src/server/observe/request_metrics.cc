#include "server/observe/request_metrics.h"

#include <unordered_map>
#include <utility>

namespace firn::observe {
namespace {

std::atomic<uint64_t> g_next_metrics = 1;

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

}  // namespace

/// One thread's numbers: written by it, read by scrapes.
struct alignas(64) RequestMetrics::Cells {
  std::atomic<uint64_t> started = 0;
  std::atomic<uint64_t> ended = 0;
  std::atomic<uint64_t> response_bytes = 0;
  /// The owner adds under `mutex` and looks without it; scrapes read under it.
  std::mutex mutex;
  std::unordered_map<Key, std::unique_ptr<LatencyHistogram>, KeyHash> latencies;

  LatencyHistogram& LatencyOf(std::string_view route, int status) {
    Key key{route.data(), status};
    if (auto found = latencies.find(key); found != latencies.end()) {
      return *found->second;
    }
    std::lock_guard lock(mutex);
    return *latencies.emplace(key, std::make_unique<LatencyHistogram>()).first->second;
  }
};

RequestMetrics::RequestMetrics() : id_(g_next_metrics.fetch_add(1)) {}
RequestMetrics::~RequestMetrics() = default;

RequestMetrics::Cells& RequestMetrics::Mine() {
  thread_local std::pair<uint64_t, Cells*> mine{0, nullptr};
  if (mine.first != id_) {
    mine = {id_, &FindOrMake()};
  }
  return *mine.second;
}

RequestMetrics::Cells& RequestMetrics::FindOrMake() {
  std::lock_guard lock(mutex_);
  auto& cells = threads_[std::this_thread::get_id()];
  if (cells == nullptr) {
    cells = std::make_unique<Cells>();
  }
  return *cells;
}

void RequestMetrics::Started() { Mine().started.fetch_add(1, std::memory_order_relaxed); }

void RequestMetrics::Ended(std::string_view route,
                           int status,
                           std::chrono::nanoseconds duration,
                           size_t response_bytes) {
  Cells& cells = Mine();
  cells.ended.fetch_add(1, std::memory_order_relaxed);
  cells.response_bytes.fetch_add(response_bytes, std::memory_order_relaxed);
  cells.LatencyOf(route, status).Record(duration);
}

void RequestMetrics::ErrorAnswered(std::string_view type) {
  std::lock_guard lock(mutex_);
  auto found = errors_.find(type);
  if (found == errors_.end()) {
    found = errors_.emplace(type, 0).first;
  }
  ++found->second;
}

void RequestMetrics::Collect(Exposition& exposition) const {
  std::lock_guard lock(mutex_);
  uint64_t started = 0;
  uint64_t ended = 0;
  uint64_t bytes = 0;
  std::map<std::pair<std::string_view, int>, LatencySnapshot> latencies;
  for (const auto& [thread, cells] : threads_) {
    ended += cells->ended.load(std::memory_order_relaxed);
    started += cells->started.load(std::memory_order_relaxed);
    bytes += cells->response_bytes.load(std::memory_order_relaxed);
    std::lock_guard cells_lock(cells->mutex);
    for (const auto& [key, histogram] : cells->latencies) {
      latencies[{key.route, key.status}].Add(histogram->snapshot());
    }
  }
  for (const auto& [key, latency] : latencies) {
    exposition.Histogram("firn_http_request_duration_seconds",
                         "Time from the end of a request to the end of its answer.", latency,
                         {{"route", key.first}, {"status", std::to_string(key.second)}});
  }
  for (const auto& [type, count] : errors_) {
    exposition.Counter("firn_http_errors_total", "Answers in the error model, by Iceberg type.",
                       count, {{"type", type}});
  }
  // A request may end between the two readings.
  double in_flight = started > ended ? static_cast<double>(started - ended) : 0;
  exposition.Gauge("firn_http_requests_in_flight", "Requests being answered.", in_flight);
  exposition.Counter("firn_http_response_bytes_total", "Bytes of response bodies.", bytes);
}

}  // namespace firn::observe
