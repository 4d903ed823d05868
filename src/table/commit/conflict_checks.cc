#include <set>
#include <string>
#include <utility>

#include "table/commit/added_deletes_internal.h"
#include "table/commit/conflict_checks_internal.h"
#include "table/commit/conflict_history_internal.h"

namespace firn::table {
namespace {

using iceberg::EntryStatus;
using iceberg::ManifestContent;

// Operations whose snapshots can hold what a check looks for. A `replace` only moves rows.
const std::vector<std::string_view> kAddData{"append", "overwrite"};
const std::vector<std::string_view> kRemoveData{"overwrite", "replace", "delete"};
const std::vector<std::string_view> kRewriteData{"overwrite", "replace"};
const std::vector<std::string_view> kAddDeletes{"overwrite", "delete"};
const std::vector<std::string_view> kAddVectors{"overwrite", "delete", "replace"};

Error Conflict(std::string what, const iceberg::DataFile& file) {
  return Error(ErrorCode::kCommitConflict, std::move(what) + ": " + file.path);
}

class Checker {
 public:
  Checker(const iceberg::TableMetadata& table,
          const SnapshotChange& change,
          const ConflictHistory& history)
      : table_(table), change_(change), checks_(change.checks), history_(history) {}

  Status Run(std::span<const RemovedFile> removed) const {
    if (checks_.refuse_new_data) {
      RETURN_IF_ERROR(
          RefuseAny({ManifestContent::kData, EntryStatus::kAdded, kAddData, checks_.filter.get()},
                    "Found conflicting files that can contain matching records"));
    }
    if (checks_.refuse_new_deletes) {
      RETURN_IF_ERROR(RefuseAny(
          {ManifestContent::kDeletes, EntryStatus::kAdded, kAddDeletes, checks_.filter.get()},
          "Found new conflicting delete files that can apply to matching records"));
    }
    if (checks_.refuse_removed_data) {
      RETURN_IF_ERROR(RefuseAny(
          {ManifestContent::kData, EntryStatus::kDeleted, kRemoveData, checks_.filter.get()},
          "Found conflicting deleted files that can contain matching records"));
    }
    RETURN_IF_ERROR(CheckDeletesOf(removed));
    RETURN_IF_ERROR(CheckRequiredFiles());
    return CheckVectors();
  }

 private:
  Status RefuseAny(const HistoryQuery& query, const char* what) const {
    return history_.ForEach(query, [what](const HistoryEntry& found) -> Status {
      return Conflict(what, found.entry.file);
    });
  }

  Status CheckDeletesOf(std::span<const RemovedFile> removed) const {
    if (!checks_.refuse_deletes_of_removed || removed.empty()) {
      return {};
    }
    AddedDeletes deletes;
    auto collect = [&](const HistoryEntry& found) -> Status {
      const iceberg::PartitionSpec* spec = table_.FindSpec(found.spec_id);
      if (spec == nullptr) {
        return Error(ErrorCode::kInvalidMetadata, "A manifest names an unknown partition spec")
            .With("spec", std::to_string(found.spec_id.value()));
      }
      deletes.Add(found.entry.file, *spec);
      return {};
    };
    RETURN_IF_ERROR(history_.ForEach(
        {ManifestContent::kDeletes, EntryStatus::kAdded, kAddDeletes, nullptr}, collect));
    for (const RemovedFile& file : removed) {
      if (deletes.PositionsTouch(file.file, file.spec_id) ||
          (!checks_.allow_equality_deletes_of_removed &&
           deletes.EqualitiesTouch(file.file, file.spec_id))) {
        return Conflict("Cannot commit, found new delete for replaced data file", file.file);
      }
    }
    return {};
  }

  Status CheckRequiredFiles() const {
    if (checks_.required_files.empty()) {
      return {};
    }
    std::set<std::string_view> required(checks_.required_files.begin(),
                                        checks_.required_files.end());
    return history_.ForEach({ManifestContent::kData, EntryStatus::kDeleted,
                             checks_.required_may_be_deleted ? kRewriteData : kRemoveData, nullptr},
                            [&](const HistoryEntry& found) -> Status {
                              if (required.contains(found.entry.file.path)) {
                                return Conflict("Cannot commit, missing data files",
                                                found.entry.file);
                              }
                              return {};
                            });
  }

  Status CheckVectors() const {
    std::set<std::string_view> ours;
    for (const AddedFile& added : change_.added) {
      if (added.file.format == iceberg::FileFormat::kPuffin && added.file.referenced_data_file) {
        ours.insert(*added.file.referenced_data_file);
      }
    }
    if (!checks_.refuse_new_vectors || ours.empty()) {
      return {};
    }
    return history_.ForEach({ManifestContent::kDeletes, EntryStatus::kAdded, kAddVectors, nullptr},
                            [&](const HistoryEntry& found) -> Status {
                              const auto& names = found.entry.file.referenced_data_file;
                              if (names.has_value() && ours.contains(*names)) {
                                return Conflict("Found concurrently added deletes for " + *names,
                                                found.entry.file);
                              }
                              return {};
                            });
  }

  const iceberg::TableMetadata& table_;
  const SnapshotChange& change_;
  const ConflictChecks& checks_;
  const ConflictHistory& history_;
};

bool ChecksAnything(const ConflictChecks& checks) {
  return checks.refuse_new_data || checks.refuse_new_deletes || checks.refuse_removed_data ||
         checks.refuse_deletes_of_removed || checks.refuse_new_vectors ||
         !checks.required_files.empty();
}

}  // namespace

Status CheckConflicts(const iceberg::TableMetadata& table,
                      const iceberg::Snapshot* head,
                      const SnapshotChange& change,
                      std::span<const RemovedFile> removed,
                      ManifestFiles& files) {
  if (!ChecksAnything(change.checks)) {
    return {};
  }
  ASSIGN_OR_RETURN(ConflictHistory history,
                   ConflictHistory::Make(table, head, change.checks.since, files));
  return history.empty() ? Status() : Checker(table, change, history).Run(removed);
}

}  // namespace firn::table
