// TableCommitService: commits to one table or to several at once. REST: updateTable and
// commitTransaction.
//
// A commit is applied to the current metadata; where only the base moved meanwhile it is applied
// again inside the server (RetryLostRaces), and only a failed requirement is kCommitConflict,
// unless the change is an append that its table lets move (append_rebase.h). A transaction changes
// all its tables or none.
//
// Errors: kCommitConflict, kLostRace (all retries lost), kNoSuchTable, kNoSuchNamespace (creation),
// kInvalidArgument (updates that can never apply), kNotFound (the metadata file is gone),
// kCommitStateUnknown. Thread-safety: any thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/apply_updates.h"
#include "server/service/append_rebase.h"
#include "server/service/commit_locks.h"
#include "server/service/environment.h"
#include "server/service/metadata_files.h"
#include "server/service/namespaces.h"
#include "server/service/table_change.h"

namespace firn::service {

class TableCommitService {
 public:
  explicit TableCommitService(Environment environment) : environment_(environment) {}

  /// The table as it is after the commit.
  Result<Answer<MetadataEntryPtr>> Commit(const CallContext& call, const TableChange& change);

  /// All changes or none. Errors: also kInvalidArgument where a table is named twice.
  Result<Answer<std::monostate>> CommitAll(const CallContext& call,
                                           std::span<const TableChange> changes);

 private:
  /// A change on its way: what it starts from and what it becomes.
  struct Prepared {
    /// Both null where the table is created.
    MetadataEntryPtr base;
    store::ObjectRef record;
    iceberg::TableMetadataPtr result;
    /// Written before `result` is, which names it.
    std::optional<RebasedAppend> rebased;
  };

  Result<std::vector<Prepared>> PrepareAll(const CallContext& call,
                                           std::span<const TableChange> changes);
  Result<Prepared> Prepare(const CallContext& call, const TableChange& change);
  Result<Prepared> PrepareCreation(const CallContext& call, const TableChange& change);
  /// Applying updates ends at the call's deadline.
  iceberg::ApplyContext ContextOf(const CallContext& call, std::string_view base_location) const;
  /// Writes the files and moves the pointers.
  Result<Answer<std::vector<MetadataEntryPtr>>> Swap(const CallContext& call,
                                                     std::span<const TableChange> changes,
                                                     std::span<const Prepared> prepared,
                                                     const Uuid& attempt);
  /// A change's metadata file, and before it the manifest list of an append that was moved.
  Result<WrittenMetadata> WriteFiles(const CallContext& call,
                                     const Prepared& prepared,
                                     const Uuid& attempt);
  static store::ObjectChange ChangeOf(const TableChange& change,
                                      const Prepared& prepared,
                                      const store::ObjectPointer& pointer);
  Result<Answer<std::vector<MetadataEntryPtr>>> Run(const CallContext& call,
                                                    std::span<const TableChange> changes);
  Result<CommitLocks::Held> Lock(const CallContext& call, std::span<const TableChange> changes);
  /// True for a metadata file that is this table's and nobody else's.
  bool IsOwnMetadata(const iceberg::TableMetadata& table, const std::string& file);
  /// What a commit that took effect leaves behind: the memory of replaced files, and old files that
  /// their tables no longer want. Called without the tables' locks: a slow storage may take a
  /// while.
  void ForgetReplaced(std::span<const Prepared> prepared);
  /// Adds to `files` those that fell out of the table's log, where it wants them deleted.
  void AddOldMetadata(const iceberg::TableMetadata& before,
                      const iceberg::TableMetadata& after,
                      std::vector<std::string>& files);

  Environment environment_;
};

}  // namespace firn::service
