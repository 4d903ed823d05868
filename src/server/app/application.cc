#include "server/app/application.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/reworded.h"
#include "features/definitions/sql/open_definitions.h"
#include "server/app/places.h"
#include "server/features/feature_service.h"
#include "server/flight/feast_calls.h"
#include "server/flight/flight_server.h"
#include "server/http/server.h"
#include "server/observe/health.h"
#include "server/observe/sources.h"
#include "server/observe/telemetry.h"
#include "server/rest/catalog_handler.h"
#include "server/rest/router.h"
#include "server/service/commit_counters.h"
#include "server/service/commit_locks.h"
#include "server/service/job_runner.h"
#include "server/service/metadata_cache.h"
#include "server/service/warehouses.h"
#include "server/store/sqlite/data_folder_lock.h"
#include "server/store/sqlite/sqlite_store.h"
#include "storage/aws/credentials.h"
#include "storage/local_object_store.h"
#include "storage/location.h"
#include "storage/metered_object_store.h"
#include "storage/s3/s3_object_store.h"
#include "storage/s3/s3_options.h"
#include "storage/store_router.h"

namespace firn::app {
namespace {

/// The location of the default warehouse: what an earlier start recorded, else what the settings
/// say. Errors: kInvalidArgument where the settings name another place than was recorded: the
/// tables are there, and whoever named this one would not find them.
Result<std::string> DefaultWarehouseLocation(const config::Settings& settings,
                                             const Places& places,
                                             store::CatalogStore& store) {
  ASSIGN_OR_RETURN(auto recorded, store.ListWarehouses(kNoDeadline));
  auto found = std::ranges::find_if(recorded, &store::WarehouseRecord::is_default);
  if (found == recorded.end()) {
    return places.warehouse_location;
  }
  if (!settings.warehouse_location.empty()) {
    ASSIGN_OR_RETURN(auto wanted, storage::Location::Parse(places.warehouse_location));
    ASSIGN_OR_RETURN(auto there, storage::Location::Parse(found->location));
    if (!(wanted == there)) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("warehouse.location is {}, but the default warehouse {} of {} was "
                               "made at {}: leave the setting away, or use another data.dir",
                               places.warehouse_location, found->name, places.database_path,
                               found->location));
    }
  }
  return found->location;
}

struct Address {
  std::string host;
  uint16_t port = 0;
};

/// HOST:PORT, HOST perhaps in brackets; `key` says so.
Result<Address> ParseAddress(std::string_view key, const std::string& text) {
  const size_t colon = text.rfind(':');
  Address parsed{.host = text.substr(0, colon)};
  if (parsed.host.size() > 2 && parsed.host.front() == '[' && parsed.host.back() == ']') {
    parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  }
  std::array<unsigned char, sizeof(in6_addr)> address{};
  if (parsed.host != "localhost" && inet_pton(AF_INET, parsed.host.c_str(), &address) != 1 &&
      inet_pton(AF_INET6, parsed.host.c_str(), &address) != 1) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{} takes an IP address or localhost, not: {}", key, parsed.host));
  }
  const std::string_view port = std::string_view(text).substr(colon + 1);
  auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), parsed.port);
  if (colon == std::string::npos || error != std::errc() || end != port.data() + port.size()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{} takes HOST:PORT, not: {}", key, text));
  }
  return parsed;
}

Result<http::ServerOptions> ListenOptions(const config::Settings& settings) {
  http::ServerOptions options;
  ASSIGN_OR_RETURN(const Address address, ParseAddress("server.listen", settings.listen));
  options.host = address.host;
  options.port = address.port;
  options.io_threads = static_cast<size_t>(settings.io_threads);
  options.worker_threads = static_cast<size_t>(settings.worker_threads);
  options.limits = {.max_connections = static_cast<size_t>(settings.max_connections),
                    .max_header_bytes = settings.max_header_bytes.bytes,
                    .max_body_bytes = settings.max_body_bytes.bytes,
                    .max_inflight_body_bytes = settings.max_inflight_body_bytes.bytes,
                    .max_queued_requests = static_cast<size_t>(settings.max_queued_requests),
                    .header_timeout = settings.header_timeout,
                    .progress_timeout = settings.progress_timeout,
                    .body_timeout = settings.body_timeout,
                    .idle_timeout = settings.idle_timeout,
                    .request_timeout = settings.request_timeout};
  return options;
}

/// A result's error, beginning with the key that it is about.
template <class T>
Status Named(std::string_view key, const Result<T>& result) {
  return result.has_value()
             ? Status()
             : Status(
                   Reworded(result.error(), fmt::format("{}: {}", key, result.error().message())));
}

/// From the end of draining to the end of the process, whatever still hangs.
constexpr std::chrono::seconds kHardStop{4};

/// Ends the process by force once `time` has passed. What was acknowledged is durable by then.
void EndAfter(std::chrono::seconds time) {
  std::thread([time] {
    std::this_thread::sleep_for(time);
    _exit(1);
  }).detach();
}

/// As many descriptors as the system allows: a connection takes one.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

/// The signals that end the server; blocked in every thread made after this, waited for in one.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

service::ServiceOptions ServiceOptionsOf(const config::Settings& settings) {
  return {.allowed_locations = settings.allowed_locations,
          .check_metadata_exists = settings.check_metadata_exists,
          .check_remote_metadata_exists = settings.check_remote_metadata_exists,
          .commit_retries = settings.commit_retries,
          .stage_lifetime = settings.stage_lifetime,
          .purge_delay = settings.purge_delay,
          .idempotency_lifetime = settings.idempotency_lifetime,
          .max_metadata_bytes = static_cast<int64_t>(settings.max_metadata_bytes.bytes)};
}

planning::PlanningOptions PlanningOptionsOf(const config::Settings& settings) {
  return {.plan_ttl = settings.plan_ttl,
          .inline_time = settings.plan_inline_time,
          .page_files = settings.plan_page_files,
          .page_bytes = static_cast<int64_t>(settings.plan_page_bytes.bytes),
          .max_concurrent = settings.plan_max_concurrent,
          .cache_bytes = static_cast<int64_t>(settings.manifest_cache_bytes.bytes)};
}

server_features::FeatureOptions FeatureOptionsOf(const config::Settings& settings) {
  constexpr uint64_t kManifestShare = 4;
  return {.max_running = static_cast<size_t>(settings.features_max_running),
          .memory_bytes = static_cast<int64_t>(settings.features_memory_bytes.bytes),
          .manifest_bytes = settings.manifest_cache_bytes.bytes / kManifestShare};
}

/// The `s3.` keys under the names they have everywhere.
storage::s3::Properties S3PropertiesOf(const config::Settings& settings) {
  storage::s3::Properties properties;
  for (const config::Key& key : config::Keys()) {
    std::string value = key.name.starts_with("s3.") ? config::ToText(settings, key) : "";
    if (!value.empty()) {
      properties.emplace(key.name, std::move(value));
    }
  }
  return properties;
}

void LogJobFailure(observe::Log& log,
                   const store::JobRecord& job,
                   const Error& error,
                   std::optional<TimestampMs> retry_at) {
  std::string id = std::to_string(job.id.value());
  std::string attempts = std::to_string(job.attempts);
  std::string next = retry_at ? FormatUtc(*retry_at) : "never";
  log.Warn(retry_at ? "job failed, will be tried again" : "job failed for good",
           {{"job", id},
            {"kind", job.kind},
            {"attempts", attempts},
            {"next", next},
            {"error", error.Describe()}});
}

std::function<void(const flight::FlightCall&)> LogCallsTo(observe::Log& log) {
  return [&log](const flight::FlightCall& call) {
    const std::string duration = std::to_string(
        std::chrono::duration_cast<std::chrono::microseconds>(call.duration).count());
    log.Info("feast call", {{"remote", call.peer},
                            {"method", call.method},
                            {"api", call.api},
                            {"duration_us", duration},
                            {"error", call.error == nullptr ? "" : ToString(call.error->code())}});
  };
}

features::OnLoadTrouble LogTroublesTo(observe::Log& log) {
  return [&log](features::LoadTrouble trouble, const Error& error) {
    log.Warn(trouble == features::LoadTrouble::kKept
                 ? "Feast's registry is locked: definitions of before are served"
                 : "Feast's registry cannot be read",
             {{"error", error.Describe()}});
  };
}

/// Everything between the settings and the socket, in the order it is built.
class Parts {
 public:
  static Result<std::unique_ptr<Parts>> Make(const config::Settings& settings) {
    ASSIGN_OR_RETURN(Places places, FindPlaces(settings));
    auto parts = std::unique_ptr<Parts>(new Parts(settings));
    RETURN_IF_ERROR(parts->Open(settings, places));
    return parts;
  }

  rest::CatalogHandler& handler() { return *handler_; }
  observe::Telemetry& telemetry() { return *telemetry_; }
  observe::Health& health() { return *health_; }
  observe::Log& log() { return *log_; }
  observe::Metrics& metrics() { return metrics_; }

  /// Feast's remote offline store, where the settings ask for it; else null.
  Result<std::unique_ptr<flight::FlightServer>> StartFlight(const config::Settings& settings) {
    std::unique_ptr<flight::FlightServer> server;
    if (settings.flight.empty()) {
      return server;
    }
    ASSIGN_OR_RETURN(const Address address, ParseAddress("server.flight", settings.flight));
    ASSIGN_OR_RETURN(auto definitions,
                     features::OpenDefinitions(settings.features_registry, LogTroublesTo(*log_)));
    const std::string registry = definitions->name();
    feast_ = std::make_unique<flight::FeastCalls>(
        *environment_, *warehouses_, *features_, std::move(definitions),
        flight::FeastOptions{.project = settings.features_project,
                             .time = settings.features_request_timeout});
    const flight::FlightOptions options{
        .host = address.host,
        .port = address.port,
        .max_running = static_cast<size_t>(settings.features_max_running),
        .memory_bytes = static_cast<int64_t>(settings.features_memory_bytes.bytes),
        .on_call = settings.access_log ? LogCallsTo(*log_) : nullptr};
    ASSIGN_OR_RETURN(server, flight::FlightServer::Start(options, *feast_));
    const std::string served = fmt::format("{}:{}", address.host, server->port());
    fmt::print("Firn serves Feast's offline store at grpc://{}\n", served);
    log_->Info("serving Feast", {{"address", served}, {"registry", registry}});
    return server;
  }

  /// Ends everything but the log, which can then tell so.
  static std::unique_ptr<observe::Log> Close(std::unique_ptr<Parts> parts) {
    return std::move(parts->log_);
  }

 private:
  explicit Parts(const config::Settings& settings)
      : options_(ServiceOptionsOf(settings)), cache_(settings.metadata_cache_bytes.bytes) {}

  Status Open(const config::Settings& settings, const Places& places) {
    // The first of all: it makes the folder, which the log may be in.
    ASSIGN_OR_RETURN(lock_, store::sqlite::DataFolderLock::Acquire(places.data_dir.string()));
    ASSIGN_OR_RETURN(log_, observe::Log::Open({settings.log_level, settings.log_file}));
    ASSIGN_OR_RETURN(store_, store::sqlite::OpenSqliteStore({.path = places.database_path}));
    ASSIGN_OR_RETURN(const std::string location,
                     DefaultWarehouseLocation(settings, places, *store_));
    RETURN_IF_ERROR(OpenStorage(settings, places, location));
    RETURN_IF_ERROR(objects_->AddRoot(location));
    for (const std::string& root : settings.allowed_locations) {
      RETURN_IF_ERROR(objects_->AddRoot(root));
    }
    WarehousePlaces allowed{.data_dir = places.data_dir.string(),
                            .configured = location,
                            .allowed = settings.warehouse_allowed_locations};
    allowed.allowed.push_back((places.data_dir / "warehouse").string());
    auto prepare = [this, allowed](const std::string& wanted) {
      return AddWarehouseRoot(wanted, allowed);
    };
    warehouses_ = std::make_unique<service::WarehouseDirectory>(*store_, prepare);
    RETURN_IF_ERROR(warehouses_->Open(settings.warehouse_name, location, clock_.Now()));
    for (const store::WarehouseRecord& warehouse : *warehouses_->list()) {
      RETURN_IF_ERROR(objects_->AddRoot(warehouse.location));
    }
    metered_ = std::make_unique<storage::MeteredObjectStore>(*objects_);
    environment_ = std::make_unique<service::Environment>(
        service::Environment{*store_, *metered_, clock_, cache_, locks_, options_, counters_});
    metrics_.AddSource(observe::LogSource(*log_));
    metrics_.AddSource(observe::MetadataCacheSource(cache_));
    metrics_.AddSource(observe::CommitSource(counters_));
    metrics_.AddSource(observe::StoreSource(*store_));
    metrics_.AddSource(observe::ObjectStoreSource(*metered_));
    telemetry_ = std::make_unique<observe::Telemetry>(metrics_, *log_, settings.access_log);
    health_ = std::make_unique<observe::Health>(*store_, clock_, metrics_);
    features_ = std::make_unique<server_features::FeatureService>(*environment_,
                                                                  FeatureOptionsOf(settings));
    ASSIGN_OR_RETURN(
        handler_, rest::CatalogHandler::Make(*environment_, *warehouses_, *health_,
                                             {.namespace_separator = settings.namespace_separator,
                                              .idempotency_lifetime = settings.idempotency_lifetime,
                                              .max_page_size = settings.max_page_size,
                                              .planning = PlanningOptionsOf(settings),
                                              .features = features_.get(),
                                              .feature_time = settings.features_request_timeout}));
    metrics_.AddSource(observe::PlanningSource(handler_->plans()));
    metrics_.AddSource([this](observe::Exposition& out) { CountFeatures(out); });
    // By reference: the log outlives everything else in here (Close).
    auto log_failure = [&log = *log_](const auto& job, const Error& error, auto retry_at) {
      LogJobFailure(log, job, error, retry_at);
    };
    jobs_ = std::make_unique<service::JobRunner>(*environment_, log_failure);
    return {};
  }

  void CountFeatures(observe::Exposition& out) const {
    constexpr std::string_view kName = "firn_feature_answers_total";
    constexpr std::string_view kHelp = "Joins and latest rows, by how they ended.";
    const server_features::FeatureCounters& counters = features_->counters();
    out.Counter(kName, kHelp, counters.completed, {{"result", "completed"}});
    out.Counter(kName, kHelp, counters.failed, {{"result", "failed"}});
    out.Counter(kName, kHelp, counters.refused, {{"result", "refused"}});
    out.Gauge("firn_feature_answers_running", "Joins and latest rows being answered.",
              static_cast<double>(counters.running));
  }

  /// Local files, and S3 from the first root that lies there on.
  Status OpenStorage(const config::Settings& settings,
                     const Places& places,
                     const std::string& default_warehouse) {
    ASSIGN_OR_RETURN(auto local,
                     storage::LocalObjectStore::Make(
                         {.roots = std::vector<std::string>(),
                          .guarded = GuardedPathsOf(places, settings, default_warehouse)}));
    objects_ = std::make_unique<storage::StoreRouter>(std::move(local));
    objects_->AddScheme(
        "s3",
        [this,
         properties = S3PropertiesOf(settings)]() -> Result<std::unique_ptr<storage::ObjectStore>> {
          auto environment = storage::aws::ProcessEnvironment();
          ASSIGN_OR_RETURN(auto options, storage::s3::ParseS3Options(properties, environment));
          return storage::s3::S3ObjectStore::Make(options, environment, clock_);
        });
    return {};
  }

  /// Where warehouses may be.
  struct WarehousePlaces {
    std::string data_dir;
    /// The default one's, as the operator configured it.
    std::string configured;
    std::vector<std::string> allowed;
  };

  /// A warehouse may lie in the data folder, but not hold it: the database is nobody's table. One
  /// that a client asks for lies where the operator allowed it.
  Status AddWarehouseRoot(const std::string& location, const WarehousePlaces& places) {
    ASSIGN_OR_RETURN(storage::Location root, storage::Location::Parse(location));
    ASSIGN_OR_RETURN(storage::Location data, storage::Location::Parse(places.data_dir));
    if (root.Contains(data)) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Warehouse location {} holds the server's data folder", location));
    }
    bool allowed = location == places.configured;
    for (const std::string& text : places.allowed) {
      ASSIGN_OR_RETURN(storage::Location place, storage::Location::Parse(text));
      allowed = allowed || place.Contains(root);
    }
    if (!allowed) {
      return Error(
          ErrorCode::kInvalidArgument,
          fmt::format("Warehouse location {} is outside warehouse.allowed_locations", location));
    }
    return objects_->AddRequestedRoot(location);
  }

  SystemClock clock_;
  service::ServiceOptions options_;
  service::MetadataCache cache_;
  service::CommitLocks locks_;
  service::CommitCounters counters_;
  observe::Metrics metrics_;
  std::unique_ptr<observe::Log> log_;
  std::optional<store::sqlite::DataFolderLock> lock_;
  std::unique_ptr<store::CatalogStore> store_;
  std::unique_ptr<storage::StoreRouter> objects_;
  std::unique_ptr<storage::MeteredObjectStore> metered_;
  std::unique_ptr<service::WarehouseDirectory> warehouses_;
  std::unique_ptr<service::Environment> environment_;
  std::unique_ptr<observe::Telemetry> telemetry_;
  std::unique_ptr<observe::Health> health_;
  std::unique_ptr<server_features::FeatureService> features_;
  std::unique_ptr<flight::FeastCalls> feast_;
  std::unique_ptr<rest::CatalogHandler> handler_;
  std::unique_ptr<service::JobRunner> jobs_;
};

}  // namespace

Status CheckSettings(const config::Settings& settings) {
  RETURN_IF_ERROR(ListenOptions(settings));
  if (!settings.flight.empty()) {
    RETURN_IF_ERROR(ParseAddress("server.flight", settings.flight));
    if (settings.features_registry.empty()) {
      return Error(ErrorCode::kInvalidArgument,
                   "server.flight serves definitions: features.registry names them");
    }
  }
  RETURN_IF_ERROR(
      Named("features.registry", features::OpenDefinitions(settings.features_registry, nullptr)));
  ASSIGN_OR_RETURN(Places places, FindPlaces(settings));
  RETURN_IF_ERROR(rest::Router::Make(settings.namespace_separator));
  RETURN_IF_ERROR(Named("warehouse.name", service::CheckWarehouseName(settings.warehouse_name)));
  RETURN_IF_ERROR(Named("warehouse.location", storage::Location::Parse(places.warehouse_location)));
  for (const std::string& allowed : settings.allowed_locations) {
    RETURN_IF_ERROR(Named("storage.allowed_locations", storage::Location::Parse(allowed)));
  }
  for (const std::string& allowed : settings.warehouse_allowed_locations) {
    RETURN_IF_ERROR(Named("warehouse.allowed_locations", storage::Location::Parse(allowed)));
  }
  // Without the environment: what it says is looked at when S3 is used.
  RETURN_IF_ERROR(storage::s3::ParseS3Options(S3PropertiesOf(settings),
                                              [](std::string_view) { return std::nullopt; }));
  return Named("log.level", observe::Log::CheckLevel(settings.log_level));
}

Status Run(const config::Settings& settings) {
  RETURN_IF_ERROR(CheckSettings(settings));
  RaiseDescriptorLimit();
  sigset_t signals = BlockStopSignals();
  ASSIGN_OR_RETURN(http::ServerOptions options, ListenOptions(settings));
  ASSIGN_OR_RETURN(std::unique_ptr<Parts> parts, Parts::Make(settings));
  ASSIGN_OR_RETURN(auto server,
                   http::HttpServer::Start(options, parts->handler(), parts->telemetry()));
  parts->metrics().AddSource(observe::ServerSource(*server));
  std::string address = fmt::format("{}:{}", options.host, server->port());
  fmt::print("Firn serves the Iceberg REST catalog at http://{}\n", address);
  parts->log().Info("serving", {{"address", address}});
  ASSIGN_OR_RETURN(auto flight, parts->StartFlight(settings));
  std::fflush(stdout);

  int signal = 0;
  sigwait(&signals, &signal);
  parts->health().BeginDrain();
  parts->log().Info("draining", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
  bool drained = false;
  EndAfter(std::chrono::ceil<std::chrono::seconds>(settings.drain_timeout) + kHardStop);
  {
    std::jthread stop_flight([&flight, &settings] {
      if (flight != nullptr) {
        flight->Stop(settings.drain_timeout);
      }
    });
    drained = server->Drain(settings.drain_timeout);
  }
  EndAfter(kHardStop);
  flight.reset();
  server.reset();
  std::unique_ptr<observe::Log> log = Parts::Close(std::move(parts));
  log->Flush();  // what other threads logged stands before the last line
  log->Info("stopped", {{"drained", drained ? "true" : "false"}});
  return {};
}

}  // namespace firn::app
