#include "server/observe/health.h"

#include "base/heap.h"
#include "base/json_writer.h"

namespace firn::observe {
namespace {

constexpr std::chrono::milliseconds kLookInterval{1'000};
/// A success older than this no longer counts: the database hangs.
constexpr int64_t kMaxAgeMs = 3'000;
/// Entities are counted only every so many looks: counting reads the tables.
constexpr int kLooksPerCount = 10;

int64_t MonotonicMs(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.Monotonic().time_since_epoch())
      .count();
}

MonotonicTime LookDeadline(const Clock& clock) { return clock.Monotonic() + kLookInterval; }

http::Response Named(http::Response response, std::string_view route) {
  response.route = route;
  return response;
}

}  // namespace

Health::Health(store::CatalogStore& store, const Clock& clock, Metrics& metrics)
    : store_(store), clock_(clock), metrics_(metrics), last_success_ms_(MonotonicMs(clock)) {
  Look();
  thread_ = std::thread([this] { Run(); });
}

Health::~Health() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Health::Run() {
  int looks = 0;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    if (looks++ % kLooksPerCount == 0) {
      if (auto counts = store_.CountEntities(LookDeadline(clock_)); counts.has_value()) {
        metrics_.SetEntityCounts(*counts);
      }
      ReturnFreeMemory();
    }
    Look();
    lock.lock();
    wake_.wait_for(lock, kLookInterval, [this] { return stopping_; });
  }
}

void Health::Look() {
  auto start = clock_.Monotonic();
  Status ping = store_.Ping(LookDeadline(clock_));
  failed_ = !ping.has_value();
  if (ping.has_value()) {
    last_success_ms_ = MonotonicMs(clock_);
  } else {
    last_error_ = ping.error().code();
  }
  metrics_.SetDatabaseUp(ping.has_value(), clock_.Monotonic() - start);
}

http::Response Health::Ready() {
  int64_t age_ms = MonotonicMs(clock_) - last_success_ms_;
  bool up = !failed_ && age_ms <= kMaxAgeMs;
  bool ready = up && !draining_;
  metrics_.SetReady(ready);
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject()
      .Field("status", draining_ ? "draining" : (up ? "ready" : "unavailable"))
      .Key("dependencies")
      .BeginArray()
      .BeginObject()
      .Field("name", "database")
      .Field("state", up ? "up" : "down")
      .Field("age_ms", age_ms);
  if (failed_) {
    writer.Field("error", firn::ToString(last_error_.load()));
  } else if (!up) {
    writer.Field("error", firn::ToString(ErrorCode::kDeadlineExceeded));
  }
  writer.EndObject().EndArray().EndObject();
  return http::MakeResponse(ready ? 200 : 503, "application/json", std::move(body));
}

std::optional<http::Response> Health::TryAnswer(const http::Request& request) {
  if (request.method != http::Method::kGet && request.method != http::Method::kHead) {
    return std::nullopt;
  }
  if (request.path == "/health") {
    return Named(http::MakeResponse(200, "application/json", "{\"status\":\"ok\"}"), "health");
  }
  if (request.path == "/ready") {
    return Named(Ready(), "ready");
  }
  if (request.path == "/metrics") {
    return Named(http::MakeResponse(200, "text/plain; version=0.0.4", metrics_.Render()),
                 "metrics");
  }
  return std::nullopt;
}

}  // namespace firn::observe
