#include "table/maintain/orphan_files.h"

#include <set>
#include <utility>

#include "iceberg/metadata/table_properties.h"
#include "table/maintain/file_deletion.h"
#include "table/maintain/fingerprint_set.h"
#include "table/maintain/named_files.h"

namespace firn::table {
namespace {

constexpr std::string_view kVersionHint = "/version-hint.text";
/// Files listed from one progress to the next.
constexpr int64_t kFilesBetween = 1'000;

/// Folders of the table's own metadata files.
std::set<std::string> MetadataFoldersOf(const Table& table) {
  std::set<std::string> folders{
      PlaceOf(FolderOf(table.metadata_location)),
      PlaceOf(storage::JoinLocation(table.metadata->location, "metadata"))};
  if (auto folder = table.metadata->FindProperty(iceberg::kMetadataPathProperty)) {
    folders.insert(PlaceOf(storage::TrimTrailingSlashes(*folder)));
  }
  for (const iceberg::MetadataLogEntry& entry : table.metadata->metadata_log) {
    folders.insert(PlaceOf(FolderOf(entry.metadata_file)));
  }
  return folders;
}

class OrphanSearch {
 public:
  OrphanSearch(const MaintenanceContext& context, const Table& table, const OrphanOptions& options)
      : context_(context),
        table_(table),
        options_(options),
        named_(
            context, *table.files, {.entries = NamedEntries::kAll, .paths = PathMatching::kByPath}),
        deletion_(context, table, named_, options.mode) {}

  Result<OrphanReport> Run() {
    RETURN_IF_ERROR(CheckMayDeleteFiles(*table_.metadata, "delete orphan files"));
    ASSIGN_OR_RETURN(older_than_, ReadAgeLimit(context_, table_, options_.mode, options_.older_than,
                                               options_.young));
    ChooseFolders();
    RETURN_IF_ERROR(FindCandidates());
    ASSIGN_OR_RETURN(Table now, context_.catalog.Load(table_.identifier));
    if (now.metadata->uuid != table_.metadata->uuid) {
      return Error(ErrorCode::kCommitConflict,
                   "Another table has taken the place of " + table_.identifier.ToString());
    }
    RETURN_IF_ERROR(named_.AddTable(now));
    RETURN_IF_ERROR(RemoveUnnamed());
    report_.deleted = deletion_.Finish();
    report_.files_after = report_.files_before - report_.deleted.files();
    report_.bytes_after = report_.bytes_before - report_.deleted.bytes;
    return std::move(report_);
  }

 private:
  void ChooseFolders() {
    std::vector<std::string> folders = TableFolders(*table_.metadata).texts();
    for (size_t i = 0; i < folders.size(); ++i) {
      bool searched = i == 0 || options_.outside == OutsideFolders::kSearch;
      (searched ? report_.folders : report_.outside_folders).push_back(std::move(folders[i]));
    }
  }

  Status FindCandidates() {
    own_metadata_folders_ = MetadataFoldersOf(table_);
    auto note = [this](const storage::ListedFile& file) { return AddListed(file); };
    for (const std::string& folder : report_.folders) {
      RETURN_IF_ERROR(ForEachListed(*table_.files, folder, note));
    }
    return {};
  }

  Status AddListed(const storage::ListedFile& file) {
    ++report_.files_before;
    report_.bytes_before += file.stat.size_bytes;
    if (report_.files_before % kFilesBetween == 0) {
      context_.Tell(MaintenancePhase::kListing, report_.files_before, 0);
    }
    if (file.stat.modified < older_than_) {
      candidates_.Insert(PlaceOf(file.location));
    }
    return IsMetadataFileName(file.location) ? CheckOwner(file.location) : Status();
  }

  /// One file a folder.
  Status CheckOwner(const std::string& metadata_file) {
    if (!own_metadata_folders_.insert(PlaceOf(FolderOf(metadata_file))).second) {
      return {};
    }
    auto uuid = UuidIn(*table_.files, metadata_file);
    if (!uuid.has_value() || uuid->empty() || *uuid != table_.metadata->uuid) {
      return Error(ErrorCode::kConflict, "Another table lies in the folders of this one")
          .With("metadata-file", metadata_file);
    }
    return {};
  }

  Status RemoveUnnamed() {
    auto judge = [this](const storage::ListedFile& file) -> Status {
      Judge(file);
      return {};
    };
    for (const std::string& folder : report_.folders) {
      RETURN_IF_ERROR(ForEachListed(*table_.files, folder, judge));
    }
    return {};
  }

  void Judge(const storage::ListedFile& file) {
    if (named_.Names(file.location) || file.location.ends_with(kVersionHint)) {
      return;
    }
    if (file.stat.modified >= older_than_) {
      ++report_.young;
      return;
    }
    if (!candidates_.Contains(PlaceOf(file.location))) {
      return;
    }
    if (options_.other_prefix == OtherPrefix::kLeave && named_.NamesPathOf(file.location)) {
      ++report_.other_prefix;
      Note(file.location, report_.other_prefix_files);
      return;
    }
    if (deletion_.Add({file.location, KindByName(file.location), file.stat.size_bytes})) {
      Note(file.location, report_.orphans);
    }
  }

  void Note(const std::string& location, std::vector<std::string>& names) const {
    if (names.size() < options_.max_named) {
      names.push_back(location);
    }
  }

  const MaintenanceContext& context_;
  const Table& table_;
  const OrphanOptions& options_;
  NamedFiles named_;
  FileDeletion deletion_;
  TimestampMs older_than_;
  std::set<std::string> own_metadata_folders_;
  FingerprintSet candidates_;
  OrphanReport report_;
};

}  // namespace

Result<OrphanReport> RemoveOrphans(const MaintenanceContext& context,
                                   const Table& table,
                                   const OrphanOptions& options) {
  return OrphanSearch(context, table, options).Run();
}

}  // namespace firn::table
