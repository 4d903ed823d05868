#include "table/write/row_removal.h"

#include <map>
#include <string>
#include <utility>

#include "columnar/schema/arrow_type.h"
#include "columnar/write/delete_writers.h"
#include "iceberg/schema/partition_key.h"
#include "table/write/writer_input.h"

namespace firn::table {
namespace {

Status RewriteFiles(const Table& table, const MatchedRows& matched, StoredFiles& stored) {
  const std::vector<iceberg::NestedField> columns = ColumnsOfMovedRows(*table.metadata);
  ASSIGN_OR_RETURN(columnar::TableWriteRequest request, MakeMoveRequest(table, {}));
  ASSIGN_OR_RETURN(auto writer,
                   columnar::TableFileWriter::Make(request, *columnar::ArrowSchemaOf(columns)));
  for (const MatchedFile& file : matched.files()) {
    if (file.all) {
      continue;
    }
    ASSIGN_OR_RETURN(auto rest, matched.OpenRest(file, columns));
    while (true) {
      ASSIGN_OR_RETURN(auto batch, rest->Next());
      if (batch == nullptr) {
        break;
      }
      RETURN_IF_ERROR(writer->Write(*batch));
    }
  }
  ASSIGN_OR_RETURN(std::vector<iceberg::DataFile> files, writer->Finish());
  stored.Add(std::move(files), table.metadata->default_spec().id);
  return {};
}

Status StoreVectors(const Table& table, const MatchedRows& matched, StoredFiles& stored) {
  std::vector<iceberg::FileDeletes> deletes;
  std::vector<iceberg::SpecId> specs;
  for (const MatchedFile& file : matched.files()) {
    if (!file.all) {
      ASSIGN_OR_RETURN(iceberg::DeletionVector deleted, matched.DeletedWith(file));
      deletes.push_back({file.read.path, file.read.partition, std::move(deleted)});
      specs.push_back(file.read.spec_id);
    }
  }
  if (deletes.empty()) {
    return {};
  }
  ASSIGN_OR_RETURN(std::vector<iceberg::DataFile> vectors,
                   columnar::StoreDeletionVectors(NewFileTarget(table), deletes));
  for (size_t i = 0; i < vectors.size(); ++i) {
    stored.Add({std::move(vectors[i])}, specs[i]);
  }
  return {};
}

Status StorePositions(const Table& table, const MatchedRows& matched, StoredFiles& stored) {
  struct OfPartition {
    iceberg::SpecId spec;
    iceberg::StructValue partition;
    columnar::PositionDeletes deletes;
  };
  std::map<std::string, OfPartition> partitions;
  for (const MatchedFile& file : matched.files()) {
    if (!file.all) {
      OfPartition& place =
          partitions[iceberg::PartitionKey(file.read.spec_id, file.read.partition)];
      place.spec = file.read.spec_id;
      place.partition = file.read.partition;
      place.deletes[file.read.path] = file.rows.Between(0, iceberg::DeletionVector::kMaxPosition);
    }
  }
  ASSIGN_OR_RETURN(columnar::TableWriteRequest request, MakeWriteRequest(table, {}));
  for (const auto& [key, place] : partitions) {
    ASSIGN_OR_RETURN(auto files,
                     columnar::WritePositionDeletes(NewFileTarget(table), request.properties,
                                                    place.partition, place.deletes));
    stored.Add(std::move(files), place.spec);
  }
  return {};
}

Status MarkRows(const Table& table, const MatchedRows& matched, StoredFiles& stored) {
  return table.metadata->format_version >= 3 ? StoreVectors(table, matched, stored)
                                             : StorePositions(table, matched, stored);
}

}  // namespace

Result<RowDeletionMode> ChooseRowDeletionMode(const iceberg::TableMetadata& table,
                                              std::string_view command,
                                              std::optional<RowDeletionMode> wanted) {
  if (table.format_version < 2) {
    if (wanted == RowDeletionMode::kMergeOnRead) {
      return Error(ErrorCode::kInvalidArgument, "Tables of version 1 have no delete files");
    }
    return RowDeletionMode::kCopyOnWrite;
  }
  if (wanted) {
    return *wanted;
  }
  const std::string name = "write." + std::string(command) + ".mode";
  auto mode = table.FindProperty(name);
  if (!mode || *mode == "copy-on-write") {
    return RowDeletionMode::kCopyOnWrite;
  }
  if (*mode == "merge-on-read") {
    return RowDeletionMode::kMergeOnRead;
  }
  return Error(ErrorCode::kInvalidArgument, "Invalid mode: " + std::string(*mode))
      .With("property", name);
}

StoredFiles::~StoredFiles() {
  std::vector<std::string> locations;
  for (const AddedFile& added : files_) {
    locations.push_back(added.file.path);
  }
  // What cannot be deleted now is an orphan, which maintenance finds.
  (void)store_.DeleteMany(locations);
}

void StoredFiles::Add(std::vector<iceberg::DataFile> files, iceberg::SpecId spec) {
  for (iceberg::DataFile& file : files) {
    files_.push_back({std::move(file), spec, std::nullopt});
  }
}

std::vector<AddedFile> StoredFiles::Release() { return std::exchange(files_, {}); }

Result<RowRemoval> RemoveRows(const Table& table,
                              const MatchedRows& matched,
                              RowDeletionMode mode,
                              StoredFiles& stored) {
  RowRemoval removal;
  RemovalCounts& counts = removal.counts;
  for (const MatchedFile& file : matched.files()) {
    const bool rewritten = !file.all && mode == RowDeletionMode::kCopyOnWrite;
    ++(file.all ? counts.dropped_files : rewritten ? counts.rewritten_files : counts.marked_files);
    if (file.all || rewritten) {
      removal.removed.push_back({file.read.path, std::nullopt});
    } else {
      removal.marked.push_back(file.read.path);
    }
  }
  if (counts.rewritten_files > 0) {
    RETURN_IF_ERROR(RewriteFiles(table, matched, stored));
  } else if (counts.marked_files > 0) {
    RETURN_IF_ERROR(MarkRows(table, matched, stored));
  }
  return removal;
}

SnapshotChange RemovalChange(RowDeletionMode mode,
                             std::vector<AddedFile> added,
                             RowRemoval removal,
                             const ReadState& read) {
  if (mode == RowDeletionMode::kCopyOnWrite || added.empty()) {
    return Overwrite(std::move(added), std::move(removal.removed), read);
  }
  return RowDelta({.added = std::move(added),
                   .marked_data = std::move(removal.marked),
                   .removed_data = std::move(removal.removed)},
                  read);
}

}  // namespace firn::table
