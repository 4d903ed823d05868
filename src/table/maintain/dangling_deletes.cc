#include "table/maintain/dangling_deletes.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "iceberg/schema/partition_key.h"
#include "table/commit/commit_action.h"
#include "table/commit/operations.h"
#include "table/commit/snapshot_action.h"
#include "table/maintain/branch_head.h"
#include "table/maintain/manifest_walk.h"

namespace firn::table {
namespace {

using iceberg::FileContent;
using iceberg::ManifestColumns;
using iceberg::ManifestContent;
using iceberg::ManifestFile;
using iceberg::SequenceNumber;

constexpr SequenceNumber kNone{std::numeric_limits<int64_t>::max()};

/// Of the data files that a delete file may touch.
struct Ages {
  SequenceNumber oldest = kNone;
  /// When the first of them was committed.
  SequenceNumber first_commit = kNone;

  void Add(SequenceNumber age, SequenceNumber commit) {
    oldest = std::min(oldest, age);
    first_commit = std::min(first_commit, commit);
  }
};

struct DeleteFile {
  FileKey key;
  FileContent content = FileContent::kPositionDeletes;
  bool is_vector = false;
  SequenceNumber age;
  SequenceNumber commit;
  /// Whose ages decide; owned by the search.
  const Ages* touched = nullptr;
};

class Search {
 public:
  Search(const MaintenanceContext& context, const Table& table)
      : context_(context), table_(*table.metadata), walk_(*table.files, context.tools) {}

  Status Read(const iceberg::Snapshot& head) {
    ASSIGN_OR_RETURN(std::vector<ManifestFile> manifests, walk_.List(head));
    ManifestsByPath data;
    ManifestsByPath deletes;
    for (ManifestFile& manifest : manifests) {
      std::string path = manifest.path;
      (manifest.content == ManifestContent::kData ? data : deletes)
          .emplace(std::move(path), std::move(manifest));
    }
    RETURN_IF_ERROR(walk_.ForEach(deletes, MissingFiles::kRefuse,
                                  [this](const ManifestFile&, const ManifestColumns& columns) {
                                    return AddDeletes(columns);
                                  }));
    if (deletes_.empty()) {
      return {};
    }
    int64_t done = 0;
    return walk_.ForEach(data, MissingFiles::kRefuse,
                         [&](const ManifestFile&, const ManifestColumns& columns) {
                           context_.Tell(MaintenancePhase::kReading, ++done, std::ssize(data));
                           return AddData(columns);
                         });
  }

  std::vector<DeleteFile> Dangling() const {
    std::vector<DeleteFile> dangling = deletes_;
    std::erase_if(dangling, [](const DeleteFile& file) {
      if (file.content == FileContent::kEqualityDeletes) {
        return file.touched->oldest < file.age;
      }
      return file.touched->oldest <= file.age && file.touched->first_commit <= file.commit;
    });
    return dangling;
  }

 private:
  static std::string_view NamedFile(const ManifestColumns& columns, size_t row) {
    return columns.referenced_data_files.empty() ? std::string_view()
                                                 : columns.referenced_data_files[row];
  }

  static std::string Partition(const ManifestColumns& columns, size_t row) {
    return iceberg::PartitionKey(columns.spec_id, columns.partitions[columns.partition_ids[row]]);
  }

  Status AddDeletes(const ManifestColumns& columns) {
    const iceberg::PartitionSpec* spec = table_.FindSpec(columns.spec_id);
    for (size_t row = 0; row < columns.size(); ++row) {
      if (!columns.is_live(row) || columns.sequence_numbers[row] == iceberg::kNoSequenceNumber ||
          columns.file_sequence_numbers[row] == iceberg::kNoSequenceNumber) {
        continue;
      }
      DeleteFile file{
          .key = {std::string(columns.paths[row]), iceberg::ValueAt(columns.content_offsets, row)},
          .content = columns.contents[row],
          .is_vector = columns.formats[row] == iceberg::FileFormat::kPuffin,
          .age = columns.sequence_numbers[row],
          .commit = columns.file_sequence_numbers[row]};
      std::string_view named = NamedFile(columns, row);
      const bool everywhere = file.content == FileContent::kEqualityDeletes &&
                              (spec == nullptr || !spec->is_partitioned());
      if (everywhere) {
        file.touched = &all_;
      } else if (file.content == FileContent::kPositionDeletes && !named.empty()) {
        file.touched = &by_path_[std::string(named)];
      } else {
        file.touched = &by_partition_[Partition(columns, row)];
      }
      deletes_.push_back(std::move(file));
    }
    return {};
  }

  Status AddData(const ManifestColumns& columns) {
    for (size_t row = 0; row < columns.size(); ++row) {
      if (!columns.is_live(row)) {
        continue;
      }
      // An age that is not known counts as the greatest age.
      auto known = [](SequenceNumber number) { return std::max(number, SequenceNumber(0)); };
      SequenceNumber age = known(columns.sequence_numbers[row]);
      SequenceNumber commit = known(columns.file_sequence_numbers[row]);
      all_.Add(age, commit);
      if (auto path = by_path_.find(columns.paths[row]); path != by_path_.end()) {
        path->second.Add(age, commit);
      }
      if (auto partition = by_partition_.find(Partition(columns, row));
          partition != by_partition_.end()) {
        partition->second.Add(age, commit);
      }
    }
    return {};
  }

  const MaintenanceContext& context_;
  const iceberg::TableMetadata& table_;
  const ManifestWalk walk_;
  std::vector<DeleteFile> deletes_;
  /// Of what some delete file may touch. Nodes stay where they are.
  Ages all_;
  std::map<std::string, Ages, std::less<>> by_path_;
  std::map<std::string, Ages> by_partition_;
};

void Count(const DeleteFile& file, DanglingDeletesReport& report) {
  if (file.content == FileContent::kEqualityDeletes) {
    ++report.equality_delete_files;
  } else {
    ++(file.is_vector ? report.deletion_vectors : report.position_delete_files);
  }
}

}  // namespace

Result<DanglingDeletesReport> RemoveDanglingDeletes(const MaintenanceContext& context,
                                                    const Table& table,
                                                    const DanglingDeletesOptions& options) {
  DanglingDeletesReport report{.table = table};
  ASSIGN_OR_RETURN(const iceberg::Snapshot* head, HeadOfBranch(*table.metadata, options.branch));
  if (head == nullptr) {
    return report;
  }
  Search search(context, table);
  RETURN_IF_ERROR(search.Read(*head));
  Rewritten files;
  for (DeleteFile& file : search.Dangling()) {
    Count(file, report);
    files.removed_deletes.push_back(std::move(file.key));
  }
  if (files.removed_deletes.empty() || options.mode == RunMode::kDryRun) {
    return report;
  }
  RETURN_IF_ERROR(context.MayGoOn());
  context.Tell(MaintenancePhase::kCommitting, 0, 1);
  SnapshotAction action(table, Rewrite(std::move(files), {.snapshot = head->id}),
                        {.branch = options.branch}, context.tools);
  ASSIGN_OR_RETURN(report.table, CommitAction(context.catalog, table, action, context.tools));
  context.Tell(MaintenancePhase::kCommitting, 1, 1);
  return report;
}

}  // namespace firn::table
