#include "table/commit/commit_action.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "table/commit/commit_retries.h"
#include "table/commit/requirements.h"

namespace firn::table {
namespace {

constexpr CommitRetries kRetryDefaults;
constexpr CommitRetries kStatusCheckDefaults{.retries = 3,
                                             .min_wait = std::chrono::milliseconds(1'000)};

bool MayComeTrueLater(ErrorCode code) {
  return code == ErrorCode::kCommitConflict || code == ErrorCode::kUnavailable ||
         code == ErrorCode::kResourceExhausted;
}

/// Deletes; what could not be deleted is tried once more.
void Discard(storage::ObjectStore& files, std::span<const std::string> locations) {
  if (!files.DeleteMany(locations).has_value()) {
    std::ignore = files.DeleteMany(locations);
  }
}

std::vector<std::string> Superfluous(const Action& action) {
  std::vector<std::string> needed = action.needed_files();
  std::sort(needed.begin(), needed.end());
  std::vector<std::string> rest = action.written_files();
  std::erase_if(rest, [&](const std::string& file) {
    return std::binary_search(needed.begin(), needed.end(), file);
  });
  return rest;
}

class Commit {
 public:
  Commit(TableStore& store, const Table& start, Action& action, const CommitTools& tools)
      : store_(store), start_(start), action_(action), tools_(tools) {}

  Result<Table> Run(const CommitOptions& options) {
    Result<Table> outcome = Loop();
    if (!outcome.has_value() && doubted_) {
      Result<Table> loaded = store_.Load(start_.identifier);
      if (IsIn(loaded)) {
        outcome = std::move(loaded);
      } else if (conflicted_ && !loaded.has_value() &&
                 loaded.error().code() != ErrorCode::kNoSuchTable) {
        return Error(ErrorCode::kCommitStateUnknown,
                     "The catalog told of a conflict, and then did not say whether the commit "
                     "stands: look at the table before it is tried again")
            .With("commit", outcome.error().message())
            .With("table", loaded.error().message());
      }
    }
    if (outcome.has_value()) {
      if (!found_ || NeedsListOf(*outcome)) {
        Discard(*start_.files, Superfluous(action_));
      }
      return outcome;
    }
    if (refused_ || ProvesNothingCommitted(outcome.error().code())) {
      Discard(*start_.files, action_.written_files());
      Discard(*start_.files, options.files_of_caller);
    }
    return outcome;
  }

 private:
  Result<Table> Loop() {
    ASSIGN_OR_RETURN(CommitRetries retries, ReadCommitRetries(*start_.metadata->properties,
                                                              "commit.retry", kRetryDefaults));
    CommitPauses pauses(retries, tools_);
    Table base = start_;
    while (true) {
      Result<Table> outcome = Attempt(base);
      if (outcome.has_value() || refused_ || !MayComeTrueLater(outcome.error().code())) {
        return outcome;
      }
      doubted_ = true;
      conflicted_ = outcome.error().code() == ErrorCode::kCommitConflict;
      // Each pause may end with a catalog that does not answer.
      do {
        if (!pauses.Wait()) {
          return outcome;
        }
        Result<Table> loaded = Reload();
        if (IsIn(loaded)) {
          return loaded;
        }
        if (loaded.has_value()) {
          conflicted_ = false;  // it does not stand
          base = *std::move(loaded);
          break;
        }
        outcome = TakeError(std::move(loaded));
      } while (!refused_);
      if (refused_) {
        return outcome;
      }
    }
  }

  Result<Table> Attempt(const Table& base) {
    // Whatever fails before the catalog is asked has committed nothing, and is not tried again.
    refused_ = true;
    ASSIGN_OR_RETURN(std::vector<iceberg::TableUpdate> updates, action_.Prepare(base));
    if (updates.empty()) {
      return base;
    }
    TableChange change{.updates = std::move(updates), .requirements = {}};
    change.requirements = RequirementsFor(*base.metadata, change.updates);
    std::ranges::move(action_.requirements(), std::back_inserter(change.requirements));
    refused_ = false;
    Result<Table> outcome = store_.Commit(base, change);
    if (!outcome.has_value() && outcome.error().code() == ErrorCode::kCommitStateUnknown) {
      return Settle(std::move(outcome));
    }
    return outcome;
  }

  /// A table that has the snapshot proves the commit; one that lacks it proves nothing.
  Result<Table> Settle(Result<Table> unknown) {
    auto retries = ReadCommitRetries(*start_.metadata->properties, "commit.status-check",
                                     kStatusCheckDefaults);
    if (!action_.snapshot_id().has_value() || !retries.has_value()) {
      return unknown;
    }
    CommitPauses pauses(*retries, tools_);
    do {
      Result<Table> loaded = store_.Load(start_.identifier);
      if (IsIn(loaded)) {
        return loaded;
      }
    } while (pauses.Wait());
    return unknown;
  }

  /// True where the table has the action's snapshot, whatever was said about its commit: a proxy
  /// that sends a request twice passes the second answer on.
  bool IsIn(const Result<Table>& loaded) {
    std::optional<iceberg::SnapshotId> id = action_.snapshot_id();
    found_ = loaded.has_value() && id.has_value() && loaded->metadata->FindSnapshot(*id) != nullptr;
    return found_;
  }

  /// True where the snapshot that was found is of the last attempt, as the action's files are.
  bool NeedsListOf(const Table& table) {
    const iceberg::Snapshot* snapshot = table.metadata->FindSnapshot(*action_.snapshot_id());
    const std::vector<std::string> needed = action_.needed_files();
    return std::ranges::find(needed, snapshot->manifest_list) != needed.end();
  }

  Result<Table> Reload() {
    Result<Table> loaded = store_.Load(start_.identifier);
    if (!loaded.has_value()) {
      refused_ = !MayComeTrueLater(loaded.error().code());
      return loaded;
    }
    if (loaded->metadata->uuid != start_.metadata->uuid) {
      refused_ = true;
      return Error(ErrorCode::kCommitConflict,
                   "Another table has taken the place of " + start_.identifier.ToString());
    }
    return loaded;
  }

  TableStore& store_;
  const Table& start_;
  Action& action_;
  const CommitTools& tools_;
  /// True where the last error came from this side of the catalog, or ends all hope.
  bool refused_ = false;
  /// True once the catalog said of an attempt that another one may succeed.
  bool doubted_ = false;
  /// True where it said that of a conflict, perhaps one with the attempt itself, and the table was
  /// not seen since.
  bool conflicted_ = false;
  /// True where the snapshot was found in the table, and no commit said that it succeeded.
  bool found_ = false;
};

}  // namespace

bool ProvesNothingCommitted(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCommitStateUnknown:
    // What a broken promise or a lost connection leaves open is not proven either.
    case ErrorCode::kInternal:
    case ErrorCode::kIoError:
    case ErrorCode::kInvalidMetadata:
      return false;
    default:
      return true;
  }
}

Result<Table> CommitAction(TableStore& store,
                           const Table& start,
                           Action& action,
                           const CommitTools& tools,
                           const CommitOptions& options) {
  return Commit(store, start, action, tools).Run(options);
}

}  // namespace firn::table
