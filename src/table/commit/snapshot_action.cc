#include "table/commit/snapshot_action.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "table/commit/added_files_internal.h"
#include "table/commit/conflict_checks_internal.h"
#include "table/commit/manifest_filter_internal.h"
#include "table/commit/manifest_merger_internal.h"
#include "table/commit/snapshot_writer_internal.h"
#include "table/commit/summary_builder.h"

namespace firn::table {
namespace {

using iceberg::ManifestContent;
using iceberg::ManifestFile;

struct SplitManifests {
  std::vector<ManifestFile> data;
  std::vector<ManifestFile> deletes;
};

SplitManifests Split(std::vector<ManifestFile> manifests) {
  SplitManifests split;
  for (ManifestFile& manifest : manifests) {
    bool is_data = manifest.content == ManifestContent::kData;
    (is_data ? split.data : split.deletes).push_back(std::move(manifest));
  }
  return split;
}

/// Manifests with nothing but old deletions are dropped.
bool IsWorthKeeping(const ManifestFile& manifest, iceberg::SnapshotId snapshot) {
  return manifest.added_snapshot_id == snapshot || manifest.added_files_count.value_or(1) > 0 ||
         manifest.existing_files_count.value_or(1) > 0;
}

/// The age of the oldest rows, those that come among them: delete files from before touch nothing.
iceberg::SequenceNumber OldestData(std::span<const ManifestFile> data,
                                   std::span<const AddedFile> added,
                                   iceberg::SequenceNumber otherwise) {
  std::optional<iceberg::SequenceNumber> oldest;
  auto include = [&oldest](iceberg::SequenceNumber age) {
    oldest = std::min(oldest.value_or(age), age);
  };
  for (const ManifestFile& manifest : data) {
    if (manifest.min_sequence_number != iceberg::kUnassignedSequenceNumber) {
      include(manifest.min_sequence_number);
    }
  }
  for (const AddedFile& one : added) {
    if (one.file.content == iceberg::FileContent::kData && one.sequence_number) {
      include(*one.sequence_number);
    }
  }
  return oldest.value_or(otherwise);
}

/// Every file that had to go was there.
Status CheckFound(std::span<const FileKey> wanted, std::span<const RemovedFile> removed) {
  std::set<FileKey> found;
  for (const RemovedFile& file : removed) {
    found.insert(KeyOf(file.file));
  }
  for (const FileKey& key : wanted) {
    if (!found.contains(key)) {
      return Error(ErrorCode::kCommitConflict, "Missing required files to delete: " + key.path);
    }
  }
  return {};
}

}  // namespace

class SnapshotAction::Producer {
 public:
  Producer(const Table& table,
           SnapshotChange change,
           SnapshotTarget target,
           const CommitTools& tools)
      : change_(std::move(change)),
        writer_(table.files, std::move(target), tools),
        data_filter_(writer_.files(), tools),
        delete_filter_(writer_.files(), tools),
        data_merger_(writer_.files(), tools),
        delete_merger_(writer_.files(), tools) {}

  Result<std::vector<iceberg::TableUpdate>> Prepare(const Table& base) {
    const iceberg::TableMetadata& table = *base.metadata;
    ASSIGN_OR_RETURN(const iceberg::Snapshot* head, writer_.Head(table));
    ASSIGN_OR_RETURN(ManifestOutput output, writer_.Begin(base.metadata));
    RETURN_IF_ERROR(CheckAddedFiles(change_, table));
    if (added_manifests_.empty()) {
      ASSIGN_OR_RETURN(added_manifests_, WriteAddedFiles(change_.added, output, writer_.files()));
    }
    ASSIGN_OR_RETURN(std::vector<ManifestFile> listed, writer_.files().List(head));
    SplitManifests old = Split(std::move(listed));
    ASSIGN_OR_RETURN(FilteredManifests data, FilterData(old.data, output));
    RETURN_IF_ERROR(CheckConflicts(table, head, change_, data.removed, writer_.files()));
    ASSIGN_OR_RETURN(FilteredManifests deletes, FilterDeletes(old.deletes, data, output));
    SplitManifests added = Split(added_manifests_);
    ASSIGN_OR_RETURN(auto manifests, Join(added.data, data.manifests, data_merger_, output));
    ASSIGN_OR_RETURN(auto delete_manifests,
                     Join(added.deletes, deletes.manifests, delete_merger_, output));
    std::move(delete_manifests.begin(), delete_manifests.end(), std::back_inserter(manifests));
    return writer_.Write(output, head, manifests, change_.operation,
                         Summary(data.removed, deletes.removed, head));
  }

  const SnapshotWriter& writer() const { return writer_; }

 private:
  Result<FilteredManifests> FilterData(std::span<const ManifestFile> manifests,
                                       const ManifestOutput& output) {
    Removal removal;
    removal.files.insert(change_.removed_data.begin(), change_.removed_data.end());
    removal.matching = change_.removed_matching;
    ASSIGN_OR_RETURN(FilteredManifests filtered, data_filter_.Run(manifests, removal, output));
    RETURN_IF_ERROR(CheckFound(change_.removed_data, filtered.removed));
    return filtered;
  }

  Result<FilteredManifests> FilterDeletes(std::span<const ManifestFile> manifests,
                                          const FilteredManifests& data,
                                          const ManifestOutput& output) {
    Removal removal;
    removal.files.insert(change_.removed_deletes.begin(), change_.removed_deletes.end());
    removal.matching = change_.removed_matching;
    for (const RemovedFile& removed : data.removed) {
      removal.vectors_of.insert(removed.file.path);
    }
    if (change_.supersede_vectors) {
      for (const AddedFile& added : change_.added) {
        if (added.file.format == iceberg::FileFormat::kPuffin && added.file.referenced_data_file) {
          removal.vectors_of.insert(*added.file.referenced_data_file);
        }
      }
    }
    // Only where something leaves: an append reads no delete manifests.
    if (!removal.empty()) {
      removal.deletes_older_than =
          OldestData(data.manifests, change_.added, output.table().last_sequence_number);
    }
    ASSIGN_OR_RETURN(FilteredManifests filtered, delete_filter_.Run(manifests, removal, output));
    RETURN_IF_ERROR(CheckFound(change_.removed_deletes, filtered.removed));
    return filtered;
  }

  Result<std::vector<ManifestFile>> Join(std::span<const ManifestFile> added,
                                         std::span<const ManifestFile> old,
                                         ManifestMerger& merger,
                                         const ManifestOutput& output) {
    std::vector<ManifestFile> manifests(added.begin(), added.end());
    std::ranges::copy_if(old, std::back_inserter(manifests), [&](const ManifestFile& manifest) {
      return IsWorthKeeping(manifest, output.snapshot_id());
    });
    if (change_.merging == ManifestMerging::kNever) {
      return manifests;
    }
    return merger.Run(manifests, output);
  }

  iceberg::SnapshotSummary Summary(std::span<const RemovedFile> data,
                                   std::span<const RemovedFile> deletes,
                                   const iceberg::Snapshot* parent) const {
    SummaryBuilder builder;
    for (const AddedFile& added : change_.added) {
      builder.Add(added.file, added.spec_id);
    }
    for (std::span<const RemovedFile> removed : {data, deletes}) {
      for (const RemovedFile& file : removed) {
        builder.Remove(file.file, file.spec_id);
      }
    }
    return builder.Finish(parent, change_.summary, writer_.tools().environment);
  }

  const SnapshotChange change_;
  SnapshotWriter writer_;
  ManifestFilter data_filter_;
  ManifestFilter delete_filter_;
  ManifestMerger data_merger_;
  ManifestMerger delete_merger_;
  /// Written once: they do not depend on the base.
  std::vector<ManifestFile> added_manifests_;
};

SnapshotAction::SnapshotAction(const Table& table,
                               SnapshotChange change,
                               SnapshotTarget target,
                               const CommitTools& tools)
    : producer_(std::make_unique<Producer>(table, std::move(change), std::move(target), tools)) {}

SnapshotAction::~SnapshotAction() = default;

Result<std::vector<iceberg::TableUpdate>> SnapshotAction::Prepare(const Table& base) {
  return producer_->Prepare(base);
}

std::vector<std::string> SnapshotAction::written_files() const {
  return producer_->writer().files().written();
}

std::vector<std::string> SnapshotAction::needed_files() const {
  return producer_->writer().needed_files();
}

std::optional<iceberg::SnapshotId> SnapshotAction::snapshot_id() const {
  return producer_->writer().snapshot_id();
}

}  // namespace firn::table
