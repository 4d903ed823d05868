// MemoryTableStore: a catalog of tables in memory, for tests and simulations: checks requirements
// and applies updates as a server does. Can be told to lose replies, refuse commits, or run
// something between a writer's load and its commit.
//
// Thread-safety: any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "table/table_store.h"

namespace firn::table::testing {

/// What the next commit does instead of committing and saying so.
enum class CommitFault : uint8_t {
  kNone,
  kUnavailable,      ///< kUnavailable, nothing happens.
  kUnknownApplied,   ///< Commits and says kCommitStateUnknown.
  kUnknownLost,      ///< Does not commit and says kCommitStateUnknown.
  kConflictApplied,  ///< Commits and says kCommitConflict: something on the way asked twice.
};

class MemoryTableStore final : public TableStore {
 public:
  /// `clock` must outlive the store.
  MemoryTableStore(std::shared_ptr<storage::ObjectStore> files, const Clock& clock)
      : files_(std::move(files)), clock_(clock) {}

  /// Adds a table; its metadata file is not written.
  Table Create(const TableIdentifier& identifier, iceberg::TableMetadataPtr metadata);

  Result<Table> Load(const TableIdentifier& identifier) override;
  Result<Table> Commit(const Table& base, const TableChange& change) override;

  /// Of the next commit only.
  void FailNext(CommitFault fault);
  /// Runs before the next commit only, without a lock: it may commit itself.
  void BeforeNextCommit(std::function<void()> hook);
  /// Commits that happened.
  int64_t commits() const;

 private:
  struct Entry {
    std::string location;
    iceberg::TableMetadataPtr metadata;
  };

  Result<Table> Apply(const Table& base, const TableChange& change);
  Table HandleOf(const TableIdentifier& identifier, const Entry& entry) const;

  std::shared_ptr<storage::ObjectStore> files_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<TableIdentifier, Entry> tables_;
  CommitFault fault_ = CommitFault::kNone;
  std::function<void()> hook_;
  int64_t commits_ = 0;
};

}  // namespace firn::table::testing
