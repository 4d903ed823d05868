#include "table/commit/operations.h"

#include <algorithm>
#include <set>
#include <utility>

namespace firn::table {
namespace {

using iceberg::FileContent;

ConflictChecks ChecksOf(const ReadState& read) {
  return {.since = read.snapshot,
          .filter = read.filter,
          .refuse_new_data = read.isolation == IsolationLevel::kSerializable};
}

bool AddsData(std::span<const AddedFile> added) {
  return std::ranges::any_of(
      added, [](const AddedFile& one) { return one.file.content == FileContent::kData; });
}

bool AddsDeletes(std::span<const AddedFile> added) {
  return std::ranges::any_of(
      added, [](const AddedFile& one) { return one.file.content != FileContent::kData; });
}

/// The data files that new deletes by position touch.
std::vector<std::string> Touched(const RowChanges& changes) {
  std::set<std::string> paths(changes.marked_data.begin(), changes.marked_data.end());
  for (const AddedFile& one : changes.added) {
    if (one.file.referenced_data_file.has_value()) {
      paths.insert(*one.file.referenced_data_file);
    }
  }
  return {paths.begin(), paths.end()};
}

SnapshotChange ReplaceMatching(std::vector<AddedFile> added,
                               const FileMatcherPtr& matcher,
                               ReadState read) {
  read.filter = matcher;
  SnapshotChange change = OverwriteMatching(std::move(added), matcher, read);
  change.operation = Operation::kOverwrite;
  change.summary.emplace_back("replace-partitions", "true");
  return change;
}

}  // namespace

Result<IsolationLevel> ReadIsolationLevel(const iceberg::PropertyMap& properties,
                                          std::string_view command) {
  auto found = properties.find("write." + std::string(command) + ".isolation-level");
  if (found == properties.end() || found->second == "serializable") {
    return IsolationLevel::kSerializable;
  }
  if (found->second == "snapshot") {
    return IsolationLevel::kSnapshot;
  }
  return Error(ErrorCode::kInvalidArgument, "Invalid isolation level: " + found->second)
      .With("property", found->first);
}

SnapshotChange Append(std::vector<AddedFile> files, ManifestMerging merging) {
  SnapshotChange change;
  change.added = std::move(files);
  change.merging = merging;
  return change;
}

SnapshotChange DeleteFiles(std::vector<FileKey> files) {
  SnapshotChange change;
  change.operation = Operation::kDelete;
  change.removed_data = std::move(files);
  change.merging = ManifestMerging::kByProperties;
  return change;
}

SnapshotChange DeleteMatching(FileMatcherPtr matcher) {
  SnapshotChange change;
  change.operation = Operation::kDelete;
  change.removed_matching = std::move(matcher);
  change.merging = ManifestMerging::kByProperties;
  return change;
}

SnapshotChange Overwrite(std::vector<AddedFile> added,
                         std::vector<FileKey> removed,
                         const ReadState& read) {
  SnapshotChange change;
  change.operation = added.empty()     ? Operation::kDelete
                     : removed.empty() ? Operation::kAppend
                                       : Operation::kOverwrite;
  change.added = std::move(added);
  change.removed_data = std::move(removed);
  change.checks = ChecksOf(read);
  change.checks.refuse_deletes_of_removed = true;
  change.merging = ManifestMerging::kByProperties;
  return change;
}

SnapshotChange OverwriteMatching(std::vector<AddedFile> added,
                                 FileMatcherPtr matcher,
                                 const ReadState& read) {
  SnapshotChange change;
  change.operation = added.empty() ? Operation::kDelete : Operation::kOverwrite;
  change.added = std::move(added);
  change.checks = ChecksOf(read);
  change.checks.filter = read.filter ? read.filter : matcher;
  change.checks.refuse_new_deletes = true;
  change.checks.refuse_removed_data = true;
  change.removed_matching = std::move(matcher);
  change.merging = ManifestMerging::kByProperties;
  return change;
}

SnapshotChange ReplacePartitions(std::vector<AddedFile> added, const ReadState& read) {
  std::vector<PartitionOf> partitions;
  for (const AddedFile& one : added) {
    partitions.push_back({one.spec_id, one.file.partition});
  }
  return ReplaceMatching(std::move(added), MatchPartitions(partitions), read);
}

SnapshotChange ReplaceTable(std::vector<AddedFile> added, const ReadState& read) {
  return ReplaceMatching(std::move(added), MatchEverything(), read);
}

SnapshotChange RowDelta(RowChanges changes, const ReadState& read) {
  bool adds_data = AddsData(changes.added);
  bool adds_deletes = AddsDeletes(changes.added);
  bool removes_data = !changes.removed_data.empty();
  SnapshotChange change;
  change.operation = adds_deletes && !adds_data                    ? Operation::kDelete
                     : adds_data && !adds_deletes && !removes_data ? Operation::kAppend
                                                                   : Operation::kOverwrite;
  change.checks = ChecksOf(read);
  // Rows that others deleted too stay deleted; rows that come back in new data would not.
  change.checks.refuse_new_deletes = adds_data;
  change.checks.required_may_be_deleted = !adds_data;
  change.checks.required_files = Touched(changes);
  change.checks.refuse_deletes_of_removed = true;
  change.checks.refuse_new_vectors = true;
  change.added = std::move(changes.added);
  change.removed_data = std::move(changes.removed_data);
  change.removed_deletes = std::move(changes.removed_deletes);
  change.supersede_vectors = true;
  change.merging = ManifestMerging::kByProperties;
  return change;
}

SnapshotChange Rewrite(Rewritten files, const ReadState& read) {
  SnapshotChange change;
  change.operation = Operation::kReplace;
  change.checks.since = read.snapshot;
  change.checks.refuse_deletes_of_removed = true;
  change.checks.allow_equality_deletes_of_removed =
      std::ranges::all_of(files.added, [](const AddedFile& one) {
        return one.file.content != FileContent::kData || one.sequence_number.has_value();
      });
  change.checks.refuse_new_vectors = true;
  change.added = std::move(files.added);
  change.removed_data = std::move(files.removed_data);
  change.removed_deletes = std::move(files.removed_deletes);
  change.supersede_vectors = true;
  change.merging = ManifestMerging::kByProperties;
  return change;
}

}  // namespace firn::table
