#include "table/maintain/named_files.h"

#include <memory>
#include <string>
#include <utility>

#include "table/maintain/branch_head.h"

namespace firn::table {

using iceberg::ManifestColumns;
using iceberg::ManifestFile;
using iceberg::SnapshotPtr;

bool NamedFiles::Add(std::string_view location) {
  if (options_.paths == PathMatching::kByPath) {
    by_path_.Insert(PathOfPlace(location));
  }
  return places_.Insert(PlaceOf(location));
}

void NamedFiles::AddEntry(const ManifestColumns& columns, size_t row) {
  bool counts = options_.entries == NamedEntries::kAll || columns.is_live(row);
  if (!counts || !Add(columns.paths[row])) {
    return;
  }
  if (columns.contents[row] == iceberg::FileContent::kData) {
    ++footprint_.data_files;
    footprint_.data_bytes += columns.file_sizes_bytes[row];
    footprint_.data_rows += columns.record_counts[row];
  } else {
    ++footprint_.delete_files;
    footprint_.delete_bytes += columns.file_sizes_bytes[row];
  }
}

Status NamedFiles::AddTable(const Table& table) {
  const iceberg::TableMetadata& metadata = *table.metadata;
  Add(table.metadata_location);
  for (const iceberg::MetadataLogEntry& entry : metadata.metadata_log) {
    Add(entry.metadata_file);
  }
  if (options_.scope == NamedScope::kMetadataFiles) {
    return {};
  }
  for (const iceberg::StatisticsFile& file : metadata.statistics) {
    Add(file.path);
  }
  for (const iceberg::PartitionStatisticsFile& file : metadata.partition_statistics) {
    Add(file.path);
  }
  return AddSnapshots(SnapshotsOf(metadata));
}

Status NamedFiles::AddSnapshots(std::span<const SnapshotPtr> snapshots) {
  std::vector<SnapshotPtr> fresh;
  for (const SnapshotPtr& snapshot : snapshots) {
    if (!snapshots_.contains(snapshot->id)) {
      fresh.push_back(snapshot);
    }
  }
  ASSIGN_OR_RETURN(ManifestsByPath manifests,
                   walk_.ListAll(fresh, manifests_, MissingFiles::kRefuse));
  int64_t done = 0;
  auto visit = [&](const ManifestFile& manifest, const ManifestColumns& columns) -> Status {
    Add(manifest.path);
    ++footprint_.manifests;
    footprint_.manifest_bytes += manifest.length_bytes;
    for (size_t row = 0; row < columns.size(); ++row) {
      AddEntry(columns, row);
    }
    context_.Tell(MaintenancePhase::kReading, ++done, std::ssize(manifests));
    return {};
  };
  RETURN_IF_ERROR(walk_.ForEach(manifests, MissingFiles::kRefuse, visit));
  manifests_.merge(std::move(manifests));
  for (const SnapshotPtr& snapshot : fresh) {
    snapshots_.insert(snapshot->id);
    ++footprint_.snapshots;
    if (!snapshot->manifest_list.empty()) {
      Add(snapshot->manifest_list);
    }
  }
  return {};
}

Result<TableFootprint> MeasureBranch(const MaintenanceContext& context,
                                     const Table& table,
                                     const std::string& branch) {
  ASSIGN_OR_RETURN(const iceberg::Snapshot* head, HeadOfBranch(*table.metadata, branch));
  NamedFiles files(context, *table.files, {});
  if (head != nullptr) {
    const std::vector<SnapshotPtr> one{std::make_shared<const iceberg::Snapshot>(*head)};
    RETURN_IF_ERROR(files.AddSnapshots(one));
  }
  TableFootprint footprint = files.footprint();
  footprint.snapshots = std::ssize(table.metadata->snapshots);
  return footprint;
}

std::vector<SnapshotPtr> SnapshotsOf(const iceberg::TableMetadata& table) {
  std::vector<SnapshotPtr> snapshots;
  for (const iceberg::SnapshotEntry& entry : table.snapshots) {
    snapshots.push_back(entry.snapshot);
  }
  return snapshots;
}

}  // namespace firn::table
