#include "catalog/hive/hive_options.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "storage/location.h"

namespace firn::catalog::hive {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kScheme = "thrift://";
constexpr milliseconds kLongestLockTimeout{3'600'000};

Error Bad(std::string_view name, std::string_view takes) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("{} takes {}", name, takes));
}

template <class T>
std::optional<T> ReadNumber(std::string_view text) {
  T number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

Result<HiveHost> ReadHost(std::string_view uri) {
  constexpr std::string_view kTakes = "thrift://host[:port], several separated by commas";
  if (!uri.starts_with(kScheme)) {
    return Bad("uri of a catalog of type hive", kTakes);
  }
  uri.remove_prefix(kScheme.size());
  uri = storage::TrimTrailingSlashes(uri);
  HiveHost host;
  std::string_view port;
  if (uri.starts_with('[')) {
    size_t end = uri.find(']');
    host.name = end == std::string_view::npos ? "" : uri.substr(1, end - 1);
    port = end == std::string_view::npos ? "" : uri.substr(end + 1);
  } else {
    host.name = uri.substr(0, uri.find(':'));
    port = uri.substr(host.name.size());
  }
  if (!port.empty()) {
    auto number = port[0] == ':' ? ReadNumber<uint16_t>(port.substr(1)) : std::nullopt;
    if (!number || *number == 0) {
      return Bad("uri of a catalog of type hive", kTakes);
    }
    host.port = *number;
  }
  if (host.name.empty() || host.name.find_first_of("@/?# ") != std::string::npos) {
    return Bad("uri of a catalog of type hive", kTakes);
  }
  return host;
}

Result<std::vector<HiveHost>> ReadHosts(std::string_view uri) {
  constexpr size_t kMaxHosts = 32;
  std::vector<HiveHost> hosts;
  while (hosts.size() < kMaxHosts) {
    size_t comma = uri.find(',');
    ASSIGN_OR_RETURN(HiveHost host, ReadHost(uri.substr(0, comma)));
    hosts.push_back(std::move(host));
    if (comma == std::string_view::npos) {
      return hosts;
    }
    uri.remove_prefix(comma + 1);
  }
  return Bad("uri of a catalog of type hive", "32 hosts at most");
}

Result<bool> ReadFlag(const CatalogConfig& config, std::string_view name, bool fallback) {
  std::string text = config.Get(name);
  if (text.empty()) {
    return fallback;
  }
  if (text != "true" && text != "false") {
    return Bad(name, "true or false");
  }
  return text == "true";
}

/// A number of `unit`s from one millisecond to `longest`.
Result<milliseconds> ReadTime(const CatalogConfig& config,
                              std::string_view name,
                              milliseconds unit,
                              milliseconds longest,
                              milliseconds fallback) {
  std::string text = config.Get(name);
  if (text.empty()) {
    return fallback;
  }
  auto number = ReadNumber<double>(text);
  double ms = number.value_or(0) * static_cast<double>(unit.count());
  if (!std::isfinite(ms) || ms < 1 || ms > static_cast<double>(longest.count())) {
    return Bad(name, fmt::format("{}, {} at most", unit.count() == 1 ? "milliseconds" : "seconds",
                                 longest / unit));
  }
  return milliseconds(static_cast<int64_t>(ms));
}

/// As Hive writes times: `60s`, `500ms`, `1m`; seconds where there is no unit.
Result<milliseconds> ReadSocketTimeout(const CatalogConfig& config) {
  constexpr std::string_view kName = "hive.metastore.client.socket.timeout";
  constexpr std::array<std::pair<std::string_view, int64_t>, 5> kUnits = {
      {{"ms", 1}, {"msec", 1}, {"sec", 1000}, {"s", 1000}, {"m", 60'000}}};
  std::string text = config.Get(kName);
  if (text.empty()) {
    return HiveOptions{}.socket_timeout;
  }
  std::string_view unit =
      std::string_view(text).substr(std::min(text.find_first_not_of("0123456789"), text.size()));
  auto number = ReadNumber<int32_t>(std::string_view(text).substr(0, text.size() - unit.size()));
  int64_t factor = unit.empty() ? 1000 : 0;
  for (const auto& [name, milliseconds_each] : kUnits) {
    factor = unit == name ? milliseconds_each : factor;
  }
  milliseconds time(number.value_or(0) * factor);
  if (time.count() <= 0 || time > kMaxSocketTimeout) {
    return Bad(kName, "a time like 60s, 240s at most");
  }
  return time;
}

Result<LockOptions> ReadLock(const CatalogConfig& config) {
  LockOptions lock;
  ASSIGN_OR_RETURN(lock.enabled,
                   ReadFlag(config, "iceberg.engine.hive.lock-enabled", lock.enabled));
  constexpr milliseconds kMs(1);
  constexpr milliseconds kSecond(1000);
  ASSIGN_OR_RETURN(lock.timeout, ReadTime(config, "iceberg.hive.lock-timeout-ms", kMs,
                                          kLongestLockTimeout, lock.timeout));
  auto read_pause = [&config](std::string_view in_seconds, std::string_view in_ms,
                              milliseconds fallback) -> Result<milliseconds> {
    ASSIGN_OR_RETURN(milliseconds pause,
                     ReadTime(config, in_seconds, kSecond, kMaxLockPause, fallback));
    return ReadTime(config, in_ms, kMs, kMaxLockPause, pause);
  };
  ASSIGN_OR_RETURN(lock.min_wait, read_pause("lock-check-min-wait-time",
                                             "iceberg.hive.lock-check-min-wait-ms", lock.min_wait));
  ASSIGN_OR_RETURN(lock.max_wait, read_pause("lock-check-max-wait-time",
                                             "iceberg.hive.lock-check-max-wait-ms", lock.max_wait));
  if (std::string looks = config.Get("lock-check-retries"); !looks.empty()) {
    lock.max_looks = ReadNumber<int>(looks);
    if (!lock.max_looks || *lock.max_looks < 0) {
      return Bad("lock-check-retries", "a whole number");
    }
  }
  return lock;
}

/// What is not done here must not be passed over: it would be done without.
Status CheckTransport(const CatalogConfig& config) {
  for (std::string_view name :
       {"hive.kerberos-authentication", "hive.metastore.sasl.enabled", "hive.metastore.use.SSL",
        "hive.metastore.thrift.compact.protocol.enabled"}) {
    ASSIGN_OR_RETURN(bool wanted, ReadFlag(config, name, false));
    if (wanted) {
      return Error(ErrorCode::kUnsupported,
                   fmt::format("Catalogs of type hive speak Thrift's binary protocol without SASL, "
                               "Kerberos and TLS alone: {} cannot be true",
                               name));
    }
  }
  return {};
}

void ReadUser(const CatalogConfig& config, const VariableLookup& variables, HiveOptions& options) {
  std::string ugi = config.Get("ugi");
  options.tells_user = !ugi.empty();
  for (size_t begin = ugi.find(':'); begin != std::string::npos;) {
    size_t end = ugi.find(':', begin + 1);
    options.groups.push_back(ugi.substr(begin + 1, end - begin - 1));
    begin = end;
  }
  options.user = ugi.substr(0, ugi.find(':'));
  for (std::string_view variable : {"HADOOP_USER_NAME", "USER", "LOGNAME"}) {
    if (options.user.empty()) {
      options.user = variables(variable).value_or("");
    }
  }
  options.user = options.user.empty() ? "firn" : options.user;
}

}  // namespace

Result<HiveOptions> ParseHiveOptions(const CatalogConfig& config, const VariableLookup& variables) {
  HiveOptions options;
  ASSIGN_OR_RETURN(options.hosts, ReadHosts(config.Get("uri")));
  RETURN_IF_ERROR(CheckTransport(config));
  ASSIGN_OR_RETURN(bool framed,
                   ReadFlag(config, "hive.metastore.thrift.framed.transport.enabled", false));
  options.framing = framed ? thrift::Framing::kFrames : thrift::Framing::kNone;
  ASSIGN_OR_RETURN(bool hive2, ReadFlag(config, "hive.hive2-compatible", false));
  options.zones = hive2 ? pointer::HiveZones::kNone : pointer::HiveZones::kLocal;
  ASSIGN_OR_RETURN(options.socket_timeout, ReadSocketTimeout(config));
  ASSIGN_OR_RETURN(options.lock, ReadLock(config));
  ReadUser(config, variables, options);
  std::string warehouse = config.Get("warehouse");
  if (!warehouse.empty()) {
    RETURN_IF_ERROR(storage::Location::Parse(warehouse));
    options.warehouse = storage::TrimTrailingSlashes(warehouse);
  }
  return options;
}

}  // namespace firn::catalog::hive
