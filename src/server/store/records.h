// What the catalog's database holds, as values. Metadata itself lives in the warehouse; an object's
// row holds the pointer to it.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/strong_int.h"
#include "base/table_identifier.h"
#include "base/uuid.h"

namespace firn::store {

using WarehouseId = StrongInt<struct WarehouseIdTag, int64_t>;
using NamespaceId = StrongInt<struct NamespaceIdTag, int64_t>;
using ObjectId = StrongInt<struct ObjectIdTag, int64_t>;
using JobId = StrongInt<struct JobIdTag, int64_t>;
using Properties = std::map<std::string, std::string>;

struct WarehouseRecord {
  WarehouseId id;
  /// Also its URL prefix: `[A-Za-z0-9._-]{1,63}`, unique.
  std::string name;
  /// Root of its default table locations, without a trailing slash; unique.
  std::string location;
  Properties properties;
  /// True for the one that requests without a prefix mean.
  bool is_default = false;
};

struct NamespaceRecord {
  NamespaceId id;
  WarehouseId warehouse;
  NamespacePath path;
  Properties properties;
};

/// Tables and views share one name space within a namespace.
enum class ObjectKind : uint8_t { kTable = 0, kView = 1 };

/// Where an object's current metadata is, and what a reader asks of it most.
struct ObjectPointer {
  std::string metadata_location;
  /// Root of the object's files, as its metadata says.
  std::string location;
  std::string uuid;
  int format_version = 0;
  int64_t last_sequence_number = 0;

  friend bool operator==(const ObjectPointer&, const ObjectPointer&) = default;
};

struct ObjectRecord {
  ObjectId id;
  NamespaceId name_space;
  ObjectKind kind = ObjectKind::kTable;
  std::string name;
  ObjectPointer pointer;
  /// Raised by one with every change of the pointer: what a swap compares.
  int64_t version = 0;
};

/// An object's row, shared with the store's memory; nullptr stands for "none".
using ObjectRef = std::shared_ptr<const ObjectRecord>;

/// The outcome of a finished call, kept under its idempotency key.
struct StoredOutcome {
  int http_status = 0;
  /// What the reply is rendered from: a small text that the caller understands. Never a body.
  std::string reference;
};

/// Who repeats what: the identity of a call under an Idempotency-Key.
struct IdempotencyKey {
  std::string key;
  std::string principal;
  WarehouseId warehouse;
  /// Method and path, for example `POST /v1/namespaces/a/tables`.
  std::string operation;
  /// SHA-256 of the body, hexadecimal.
  std::string body_hash;
  TimestampMs expires_at;
};

/// kFailed: tried often enough; an operator may retry or cancel it. kDone and kCancelled are the
/// ends.
enum class JobState : uint8_t { kQueued, kRunning, kDone, kFailed, kCancelled };
inline constexpr size_t kJobStates = 5;

/// Durable background work. `token` fences its writes: every take-over raises it.
struct JobRecord {
  JobId id;
  WarehouseId warehouse;
  /// For example `purge`.
  std::string kind;
  /// JSON, written once.
  std::string payload;
  /// JSON, replaced as the work advances.
  std::string progress;
  JobState state = JobState::kQueued;
  TimestampMs run_after;
  int attempts = 0;
  std::string last_error;
  int64_t token = 0;
};

/// A scan that was planned for a client, until it expires.
struct PlanRecord {
  /// A UUID.
  std::string id;
  WarehouseId warehouse;
  ObjectId object;
  /// Whose it is: nobody else sees it.
  std::string principal;
  /// JSON, of the service: what to plan, with everything pinned that may change meanwhile.
  std::string request;
  TimestampMs expires_at;
};

/// A key that tokens are signed with.
struct SigningKey {
  std::string id;
  std::string secret;
};

/// One catalog change; `sequence` is dense and in commit order within its warehouse.
struct EventRecord {
  int64_t sequence = 0;
  /// The same for all changes of one multi-table commit.
  std::string transaction_id;
  TimestampMs time;
  /// For example `table.created`; docs/events.md lists them.
  std::string type;
  NamespacePath name_space;
  /// Empty for events of the namespace itself.
  std::string name;
  /// JSON.
  std::string detail;
};

}  // namespace firn::store
