#include "table/testing/memory_table_store.h"

#include <algorithm>
#include <utility>

#include "iceberg/metadata/apply_updates.h"

namespace firn::table::testing {

Table MemoryTableStore::HandleOf(const TableIdentifier& identifier, const Entry& entry) const {
  return {.identifier = identifier,
          .metadata_location = entry.location,
          .metadata = entry.metadata,
          .files = files_,
          .config = {}};
}

Table MemoryTableStore::Create(const TableIdentifier& identifier,
                               iceberg::TableMetadataPtr metadata) {
  std::scoped_lock lock(mutex_);
  Entry& entry = tables_[identifier];
  entry = {metadata->location + "/metadata/0.metadata.json", std::move(metadata)};
  return HandleOf(identifier, entry);
}

Result<Table> MemoryTableStore::Load(const TableIdentifier& identifier) {
  std::scoped_lock lock(mutex_);
  auto found = tables_.find(identifier);
  if (found == tables_.end()) {
    return Error(ErrorCode::kNoSuchTable, "Table does not exist: " + identifier.ToString());
  }
  return HandleOf(identifier, found->second);
}

Result<Table> MemoryTableStore::Commit(const Table& base, const TableChange& change) {
  std::function<void()> hook;
  CommitFault fault = CommitFault::kNone;
  {
    std::scoped_lock lock(mutex_);
    hook = std::exchange(hook_, nullptr);
    fault = std::exchange(fault_, CommitFault::kNone);
  }
  if (hook) {
    hook();
  }
  switch (fault) {
    case CommitFault::kUnavailable:
      return Error(ErrorCode::kUnavailable, "as told");
    case CommitFault::kUnknownLost:
      return Error(ErrorCode::kCommitStateUnknown, "as told");
    case CommitFault::kUnknownApplied: {
      RETURN_IF_ERROR(Apply(base, change));
      return Error(ErrorCode::kCommitStateUnknown, "as told");
    }
    case CommitFault::kConflictApplied: {
      RETURN_IF_ERROR(Apply(base, change));
      return Error(ErrorCode::kCommitConflict, "as told");
    }
    case CommitFault::kNone:
      break;
  }
  return Apply(base, change);
}

Result<Table> MemoryTableStore::Apply(const Table& base, const TableChange& change) {
  std::scoped_lock lock(mutex_);
  auto found = tables_.find(base.identifier);
  if (found == tables_.end()) {
    return Error(ErrorCode::kNoSuchTable, "Table does not exist: " + base.identifier.ToString());
  }
  Entry& entry = found->second;
  RETURN_IF_ERROR(iceberg::CheckRequirements(entry.metadata.get(), change.requirements));
  TimestampMs now = std::max(clock_.Now(), entry.metadata->last_updated);
  ASSIGN_OR_RETURN(iceberg::TableMetadataPtr next,
                   iceberg::ApplyUpdates(entry.metadata, change.updates,
                                         {.now = now, .base_metadata_location = entry.location}));
  ++commits_;
  entry.location = next->location + "/metadata/" + std::to_string(commits_) + ".metadata.json";
  entry.metadata = std::move(next);
  return HandleOf(base.identifier, entry);
}

void MemoryTableStore::FailNext(CommitFault fault) {
  std::scoped_lock lock(mutex_);
  fault_ = fault;
}

void MemoryTableStore::BeforeNextCommit(std::function<void()> hook) {
  std::scoped_lock lock(mutex_);
  hook_ = std::move(hook);
}

int64_t MemoryTableStore::commits() const {
  std::scoped_lock lock(mutex_);
  return commits_;
}

}  // namespace firn::table::testing
