// HiveOptions: how a Hive Metastore is reached, by the names of PyIceberg's properties and of the
// configuration that Iceberg's Java library reads.
//
// | name | meaning | default |
// | --- | --- | --- |
// | uri | `thrift://host[:port]`, several with commas: the first that answers | required |
// | warehouse | location below which new databases lie | where the metastore puts them |
// | ugi | `user[:group...]`, told to the metastore | none |
// | hive.hive2-compatible | no types that Hive 2 lacks | false |
// | hive.metastore.client.socket.timeout | one call: `60s`, `500ms`, `2m` | 60s |
// | hive.metastore.thrift.framed.transport.enabled | as the metastore's | false |
// | iceberg.engine.hive.lock-enabled | see HiveStore | true |
// | iceberg.hive.lock-timeout-ms | how long a lock is waited for | 180000 |
// | iceberg.hive.lock-check-min-wait-ms, -max-wait-ms | between looks; at most 120 s | 50, 5000 |
// | lock-check-min-wait-time, -max-wait-time | the same, in seconds | |
// | lock-check-retries | looks at most | as the time allows |
//
// Kerberos and SASL, TLS and the compact protocol are refused (kUnsupported) where they are asked
// for. Errors: kInvalidArgument that names the option, never its value. No I/O.
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog_config.h"
#include "catalog/hive/thrift/thrift_writer.h"
#include "catalog/pointer/hive_type.h"

namespace firn::catalog::hive {

/// A metastore forgets a lock that it has not heard of for this long (its `hive.txn.timeout`, by
/// default). No call takes as long, so that a change made right after a heartbeat ends under the
/// lock.
inline constexpr std::chrono::milliseconds kLockLife{300'000};
inline constexpr std::chrono::milliseconds kMaxSocketTimeout{240'000};
/// Of the pauses between looks at a lock: it is heard of well within kLockLife.
inline constexpr std::chrono::milliseconds kMaxLockPause{120'000};
/// Looks for what a change came to whose answer was lost, and the pause before each but the first.
inline constexpr int kLooks = 3;
inline constexpr std::chrono::milliseconds kLookPause{1'000};

struct HiveHost {
  std::string name;
  uint16_t port = 9083;

  friend bool operator==(const HiveHost&, const HiveHost&) = default;
};

struct LockOptions {
  bool enabled = true;
  std::chrono::milliseconds timeout{180'000};
  std::chrono::milliseconds min_wait{50};
  std::chrono::milliseconds max_wait{5'000};
  std::optional<int> max_looks;
};

struct HiveOptions {
  std::vector<HiveHost> hosts;
  /// Without trailing slashes; may be empty.
  std::string warehouse;
  /// Owns what is made.
  std::string user;
  /// Whether the user and the groups are told to the metastore.
  bool tells_user = false;
  std::vector<std::string> groups;
  pointer::HiveZones zones = pointer::HiveZones::kLocal;
  thrift::Framing framing = thrift::Framing::kNone;
  std::chrono::milliseconds socket_timeout{60'000};
  LockOptions lock;
};

Result<HiveOptions> ParseHiveOptions(const CatalogConfig& config, const VariableLookup& variables);

}  // namespace firn::catalog::hive
