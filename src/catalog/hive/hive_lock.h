// HiveLock: the exclusive lock of a table in a Hive Metastore, as Iceberg's Java library and
// PyIceberg take it before they change the table. Released when it goes, whatever happens.
//
// A request whose answer is lost is looked for, a few times, by the mark that it bears, so that no
// lock is left that nobody knows of. A metastore forgets a lock that it does not hear of
// (kLockLife): looks while waiting and Renew keep it alive. Errors, after all of which nothing was
// changed: kUnsupported where the metastore has no locks at all; kUnavailable where there is none
// for another reason. Thread-safety: belongs to one thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "catalog/hive/hive_client.h"
#include "catalog/hive/hive_options.h"
#include "catalog/pointer/pointer_store.h"
#include "storage/http/sleeper.h"

namespace firn::catalog::hive {

/// What a lock is taken with; all must outlive it.
struct LockContext {
  HiveClient& client;
  const HiveOptions& options;
  const Clock& clock;
  storage::http::Sleeper& sleeper;
};

class HiveLock {
 public:
  /// Waits for it as long as the options and the thread's CallDeadline allow.
  static Result<HiveLock> Take(const LockContext& context, const pointer::TableKey& table);

  HiveLock(HiveLock&& other) noexcept;
  HiveLock& operator=(HiveLock&&) = delete;
  HiveLock(const HiveLock&) = delete;
  HiveLock& operator=(const HiveLock&) = delete;
  ~HiveLock();

  /// Shows that the lock is still held, and that it will be for kLockLife.
  Status Renew();

 private:
  HiveLock(HiveClient& client, int64_t id) : client_(client), id_(id) {}

  /// Until the lock is ours.
  Status Await(const LockContext& context, const pointer::TableKey& table);

  HiveClient& client_;
  /// 0: nothing to release.
  int64_t id_;
};

}  // namespace firn::catalog::hive
