// The one table of configuration keys: names and defaults here are a contract with users.
#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "base/nearest.h"
#include "server/config/settings.h"

namespace firn::config {
namespace {

using S = Settings;

constexpr auto kKeys = std::to_array<Key>({
    {"server.listen", &S::listen, "127.0.0.1:8181", "Address and port to serve on.", "listen"},
    {"server.flight", &S::flight, "",
     "Address and port where Feast's remote offline store is served, by Arrow Flight; empty: not.",
     "flight"},
    {"server.io_threads", &S::io_threads, "0", "Threads that move bytes; 0 for one a core.", ""},
    {"server.worker_threads", &S::worker_threads, "32",
     "Threads that may wait for files and the database.", ""},
    {"server.max_connections", &S::max_connections, "10000",
     "Open connections; one more is answered 429.", ""},
    {"server.max_queued_requests", &S::max_queued_requests, "8192",
     "Requests waiting for a worker thread; one more is answered 429.", ""},
    {"server.max_header_bytes", &S::max_header_bytes, "64KiB",
     "Request line and headers; more is answered 431.", ""},
    {"server.max_body_bytes", &S::max_body_bytes, "32MiB",
     "One request body; more is answered 413.", ""},
    {"server.max_inflight_body_bytes", &S::max_inflight_body_bytes, "512MiB",
     "All request bodies held at once; above it requests are answered 429.", ""},
    {"server.header_timeout", &S::header_timeout, "10s",
     "From the first byte of a request to the end of its headers.", ""},
    {"server.progress_timeout", &S::progress_timeout, "20s",
     "Between two pieces of a request body or of a response taken by the client.", ""},
    {"server.body_timeout", &S::body_timeout, "2m", "A whole request body.", ""},
    {"server.idle_timeout", &S::idle_timeout, "5m", "How long a connection may be silent.", ""},
    {"server.request_timeout", &S::request_timeout, "25s",
     "From the end of a request to its answer; below server.drain_timeout.", ""},
    {"server.drain_timeout", &S::drain_timeout, "30s",
     "How long requests in flight may take after SIGTERM.", ""},
    {"data.dir", &S::data_dir, "./firn-data",
     "Folder of the SQLite database and the default warehouse; one server at a time.", "data"},
    {"database.url", &S::database_url, "",
     "Catalog database, sqlite:PATH; empty for firn.db in data.dir.", "database",
     Hidden::kUrlSecrets},
    {"warehouse.name", &S::warehouse_name, "default",
     "Name and URL prefix of the default warehouse, made at the first start.", ""},
    {"warehouse.location", &S::warehouse_location, "",
     "Root of the default warehouse; empty for `warehouse` in data.dir.", "warehouse"},
    {"warehouse.allowed_locations", &S::warehouse_allowed_locations, "",
     "Roots where clients may make warehouses; empty: none can be made while the default one is "
     "`warehouse` in data.dir.",
     ""},
    {"storage.allowed_locations", &S::allowed_locations, "",
     "Roots where tables may lie besides their warehouse.", ""},
    {"storage.check_metadata_exists", &S::check_metadata_exists, "true",
     "Look that a table's metadata file is still there before a cached answer is given.", ""},
    {"storage.check_remote_metadata_exists", &S::check_remote_metadata_exists, "false",
     "The same on object stores, where it is a request to them.", ""},
    {"s3.endpoint", &S::s3_endpoint, "",
     "URL of an S3-compatible store; empty for AWS in the region.", "", Hidden::kUrlSecrets},
    {"s3.region", &S::s3_region, "",
     "Region; empty for AWS_REGION, AWS_DEFAULT_REGION, the profile's or us-east-1.", ""},
    {"s3.access-key-id", &S::s3_access_key_id, "",
     "Key; empty for AWS_ACCESS_KEY_ID or the profile's.", ""},
    {"s3.secret-access-key", &S::s3_secret_access_key, "", "The key's secret.", "", Hidden::kAll},
    {"s3.session-token", &S::s3_session_token, "", "Token of a temporary key.", "", Hidden::kAll},
    {"s3.profile-name", &S::s3_profile_name, "",
     "Profile in AWS' shared files; empty for AWS_PROFILE or default.", ""},
    {"s3.path-style-access", &S::s3_path_style_access, "",
     "true for the bucket in the path; empty for true with s3.endpoint, else false.", ""},
    {"s3.force-virtual-addressing", &S::s3_force_virtual_addressing, "",
     "true for the bucket in the host name, whatever s3.path-style-access says.", ""},
    {"s3.connect-timeout", &S::s3_connect_timeout, "", "Seconds; empty for 5.", ""},
    {"s3.request-timeout", &S::s3_request_timeout, "",
     "Seconds for one request with all its attempts; empty for 20.", ""},
    {"s3.retry.num-retries", &S::s3_retry_num_retries, "", "Attempts after the first; empty for 5.",
     ""},
    {"s3.multipart.part-size-bytes", &S::s3_multipart_part_size_bytes, "",
     "Files above this many bytes are written in parts; empty for 16777216.", ""},
    {"s3.ca-file", &S::s3_ca_file, "", "PEM file of trusted authorities; empty for the system's.",
     ""},
    {"catalog.namespace_separator", &S::namespace_separator, "%1F",
     "Separator of namespace levels in URLs, percent-encoded; %1F is accepted always.", ""},
    {"catalog.idempotency_lifetime", &S::idempotency_lifetime, "30m",
     "How long the outcome of a call with an Idempotency-Key is kept.", ""},
    {"catalog.stage_lifetime", &S::stage_lifetime, "1d",
     "How long a staged table keeps its location reserved.", ""},
    {"catalog.purge_delay", &S::purge_delay, "0ms",
     "From a drop with purge to the first file deleted.", ""},
    {"catalog.commit_retries", &S::commit_retries, "20",
     "How often a commit is applied again inside the server when only its base moved.", ""},
    {"catalog.max_page_size", &S::max_page_size, "1000",
     "Items of a page where the client asks for pages but names no size, or a larger one.", ""},
    {"catalog.max_metadata_bytes", &S::max_metadata_bytes, "1GiB",
     "Largest metadata file of a table or view that is read or written, before compression.", ""},
    {"planning.plan_ttl", &S::plan_ttl, "1h",
     "How long the plan of a scan lives after it was made or last asked for.", ""},
    {"planning.inline_time", &S::plan_inline_time, "5s",
     "How long a call plans before it answers with plan tasks, or that it goes on by itself.", ""},
    {"planning.page_files", &S::plan_page_files, "5000", "Files of one planning answer.", ""},
    {"planning.page_bytes", &S::plan_page_bytes, "8MiB", "Text of one planning answer.", ""},
    {"planning.max_concurrent", &S::plan_max_concurrent, "64",
     "Plans being begun at a time; one more is answered 503.", ""},
    {"features.registry", &S::features_registry, "",
     "Feast's registry, whose definitions server.flight serves: a file, or the URL of its "
     "database.",
     "", Hidden::kUrlSecrets},
    {"features.project", &S::features_project, "",
     "Project of the registry where a client names none; empty: no name is in two.", ""},
    {"features.max_running", &S::features_max_running, "2",
     "Joins and calls for latest rows that run at a time; one more is answered 429.", ""},
    {"features.memory_bytes", &S::features_memory_bytes, "512MiB",
     "What the rows of one of them may take; a larger join is answered in parts.", ""},
    {"features.request_timeout", &S::features_request_timeout, "10m",
     "From the end of such a request to the end of its answer.", ""},
    {"cache.manifest_bytes", &S::manifest_cache_bytes, "256MiB",
     "Decoded manifests kept in memory for planning; for features a quarter of it more.", ""},
    {"cache.metadata_bytes", &S::metadata_cache_bytes, "40MiB",
     "Parsed table metadata and rendered answers kept in memory.", ""},
    {"log.level", &S::log_level, "info", "trace, debug, info, warn, error or off.", ""},
    {"log.access", &S::access_log, "true", "One JSON line a request.", ""},
    {"log.file", &S::log_file, "", "Where log lines go; empty for standard error.", ""},
});

}  // namespace

std::span<const Key> Keys() { return kKeys; }

std::string_view TypeName(const Key& key) {
  constexpr std::array<std::string_view, 6> kNames = {"string", "integer",  "boolean",
                                                      "size",   "duration", "list"};
  return kNames[key.member.index()];
}

std::string EnvironmentName(const Key& key) {
  std::string name = "FIRN_";
  for (char c : key.name) {
    name +=
        c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

std::string FlagName(const Key& key) {
  std::string name(key.name);
  std::replace(name.begin(), name.end(), '.', '-');
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

const Key* FindKey(std::string_view name) {
  auto key = std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& k) { return k.name == name; });
  return key == kKeys.end() ? nullptr : &*key;
}

std::string_view NearestKey(std::string_view name) {
  std::vector<std::string> names;
  for (const Key& key : kKeys) {
    names.emplace_back(key.name);
  }
  size_t nearest = NearestOf(name, names);
  return kKeys[nearest].name;
}

std::string_view ToString(Source source) {
  constexpr std::array<std::string_view, 4> kNames = {"default", "file", "environment", "flag"};
  return kNames[static_cast<size_t>(source)];
}

}  // namespace firn::config
