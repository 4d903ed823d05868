// What the catalog's rules work with: the database, the files, the clock, the caches and a few
// settings; and what a single call carries with it. Built once by the program, shared by all
// services.
//
// Thread-safety: everything in here may be used from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "server/store/catalog_store.h"
#include "storage/object_store.h"

namespace firn::service {

class MetadataCache;
class CommitLocks;
struct CommitCounters;

struct ServiceOptions {
  /// Roots where tables may lie besides their warehouse.
  std::vector<std::string> allowed_locations;
  /// Look that the metadata file is still there before a cached answer is given.
  bool check_metadata_exists = true;
  /// The same on object stores, where a look is a request.
  bool check_remote_metadata_exists = false;
  /// How often a commit whose base moved is applied again.
  int64_t commit_retries = 20;
  std::chrono::milliseconds stage_lifetime{std::chrono::hours(24)};
  std::chrono::milliseconds purge_delay{0};
  std::chrono::milliseconds idempotency_lifetime{std::chrono::minutes(30)};
  /// Largest metadata file that is read or written, before compression.
  int64_t max_metadata_bytes = int64_t{1} << 30;
};

struct Environment {
  store::CatalogStore& store;
  storage::ObjectStore& objects;
  const Clock& clock;
  MetadataCache& cache;
  CommitLocks& locks;
  const ServiceOptions& options;
  CommitCounters& counters;
};

/// What a call brings besides its arguments.
struct CallContext {
  /// Without an id where the call is about no warehouse or about warehouses themselves.
  store::WarehouseRecord warehouse;
  std::string principal;
  std::string request_id;
  /// Give up by then; nothing has been changed.
  MonotonicTime deadline = kNoDeadline;
  /// Set where the client sent an Idempotency-Key.
  std::optional<store::IdempotencyKey> idempotency;
  /// The status a successful call answers, kept with the key.
  int success_status = 200;
};

/// A mutation's surroundings; `reference` is what a replay is rendered from.
store::MutationContext MakeMutationContext(const Environment& environment,
                                           const CallContext& call,
                                           const Uuid& attempt,
                                           std::string reference);

/// The same under a fresh attempt id, for changes that write no file.
store::MutationContext MakeMutationContext(const Environment& environment,
                                           const CallContext& call,
                                           std::string reference);

}  // namespace firn::service
