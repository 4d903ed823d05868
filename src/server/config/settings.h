// Settings: the server's configuration as typed values, and how it is read. `keys.cc` holds the one
// table of keys, defaults and help; file, environment and flags all go through it.
//
// Precedence: flag, then environment, then file, then default. A key `server.drain_timeout` is the
// environment's FIRN_SERVER_DRAIN_TIMEOUT and the flag --server-drain-timeout.
// Values: durations `250ms 10s 5m 2h 7d` (base/duration.h), sizes `64KiB 32MiB 1GiB` or plain
// bytes, lists comma-separated outside the file.
// Errors: kInvalidArgument naming the key, where it was set and, for an unknown key, the nearest
// one. Thread-safety: plain values; loading reads the environment and belongs before threads start.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace firn::config {

/// A size in bytes; its own type so that `64MiB` and a plain count are not mixed up.
struct ByteSize {
  uint64_t bytes = 0;
  friend bool operator==(ByteSize, ByteSize) = default;
};

using Duration = std::chrono::milliseconds;
using StringList = std::vector<std::string>;

/// One member a key; defaults are set from the table, not here.
struct Settings {
  // server
  std::string listen;
  std::string flight;
  int64_t io_threads = 0;
  int64_t worker_threads = 0;
  int64_t max_connections = 0;
  int64_t max_queued_requests = 0;
  ByteSize max_header_bytes;
  ByteSize max_body_bytes;
  ByteSize max_inflight_body_bytes;
  Duration header_timeout{};
  Duration progress_timeout{};
  Duration body_timeout{};
  Duration idle_timeout{};
  Duration request_timeout{};
  Duration drain_timeout{};
  // data, database, warehouse, storage
  std::string data_dir;
  std::string database_url;
  std::string warehouse_name;
  std::string warehouse_location;
  StringList warehouse_allowed_locations;
  StringList allowed_locations;
  bool check_metadata_exists = true;
  bool check_remote_metadata_exists = false;
  // s3: texts as storage/s3/s3_options.h reads them; empty where not set
  std::string s3_endpoint;
  std::string s3_region;
  std::string s3_access_key_id;
  std::string s3_secret_access_key;
  std::string s3_session_token;
  std::string s3_profile_name;
  std::string s3_path_style_access;
  std::string s3_force_virtual_addressing;
  std::string s3_connect_timeout;
  std::string s3_request_timeout;
  std::string s3_retry_num_retries;
  std::string s3_multipart_part_size_bytes;
  std::string s3_ca_file;
  // catalog
  std::string namespace_separator;
  Duration idempotency_lifetime{};
  Duration stage_lifetime{};
  Duration purge_delay{};
  int64_t commit_retries = 0;
  int64_t max_page_size = 0;
  ByteSize max_metadata_bytes;
  // planning
  Duration plan_ttl{};
  Duration plan_inline_time{};
  int64_t plan_page_files = 0;
  ByteSize plan_page_bytes;
  int64_t plan_max_concurrent = 0;
  // features
  std::string features_registry;
  std::string features_project;
  int64_t features_max_running = 0;
  ByteSize features_memory_bytes;
  Duration features_request_timeout{};
  // cache
  ByteSize manifest_cache_bytes;
  ByteSize metadata_cache_bytes;
  // log
  std::string log_level;
  bool access_log = true;
  std::string log_file;
};

using Member = std::variant<std::string Settings::*,
                            int64_t Settings::*,
                            bool Settings::*,
                            ByteSize Settings::*,
                            Duration Settings::*,
                            StringList Settings::*>;

/// What of a value is never printed.
enum class Hidden : uint8_t {
  kNothing,
  kUrlSecrets,  ///< What is behind the `://` of a URL with a user, a password or both.
  kAll,         ///< And there is no flag: a process's arguments are there for everyone to see.
};

/// A row of the table.
struct Key {
  std::string_view name;
  Member member;
  std::string_view default_value;
  std::string_view help;
  /// A shorter flag, without dashes; empty for none.
  std::string_view short_flag;
  Hidden hidden = Hidden::kNothing;
};

std::span<const Key> Keys();

/// `string`, `integer`, `boolean`, `size`, `duration` or `list`.
std::string_view TypeName(const Key& key);
/// FIRN_SERVER_LISTEN.
std::string EnvironmentName(const Key& key);
/// server-listen; not offered for a secret.
std::string FlagName(const Key& key);
/// nullptr where there is no such key.
const Key* FindKey(std::string_view name);
/// The key whose name is nearest to `name`, for error messages.
std::string_view NearestKey(std::string_view name);

enum class Source : uint8_t { kDefault, kFile, kEnvironment, kFlag };
std::string_view ToString(Source source);

/// Settings and where each came from.
struct Loaded {
  Settings settings;
  /// By key name; a key not in here has its default.
  std::map<std::string, Source, std::less<>> sources;
};

struct LoadInput {
  /// Path of a TOML file; empty for none.
  std::string file;
  /// NAME=value pairs; only FIRN_* ones are looked at.
  std::vector<std::string> environment;
  /// By key name.
  std::map<std::string, std::string> flags;
};

/// Reads and checks everything; the first error wins.
Result<Loaded> Load(const LoadInput& input);

/// Sets one key from text.
Status SetFromText(Settings& settings, const Key& key, std::string_view text);
/// The key's value as SetFromText reads it, a secret's too.
std::string ToText(const Settings& settings, const Key& key);
/// The key's value as it may be printed: `(secret)` in the place of what is Hidden.
std::string ToShownText(const Settings& settings, const Key& key);

/// This process's environment, for LoadInput.
std::vector<std::string> ProcessEnvironment();

}  // namespace firn::config
