#include "table/maintain/metadata_cleanup.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "iceberg/metadata/table_properties.h"
#include "storage/location.h"
#include "table/maintain/file_deletion.h"
#include "table/maintain/fingerprint_set.h"
#include "table/maintain/named_files.h"

namespace firn::table {
namespace {

/// Each once.
std::vector<std::string> MetadataFolders(const Table& table) {
  std::vector<std::string> folders{std::string(FolderOf(table.metadata_location)),
                                   storage::JoinLocation(table.metadata->location, "metadata")};
  if (auto folder = table.metadata->FindProperty(iceberg::kMetadataPathProperty)) {
    folders.emplace_back(storage::TrimTrailingSlashes(*folder));
  }
  std::set<std::string> seen;
  std::erase_if(folders, [&](const std::string& folder) {
    return folder.empty() || !seen.insert(PlaceOf(folder)).second;
  });
  return folders;
}

/// Not those of folders below.
Result<std::vector<storage::ListedFile>> ListMetadataFiles(const Table& table) {
  std::vector<storage::ListedFile> listed;
  for (const std::string& folder : MetadataFolders(table)) {
    auto keep = [&](const storage::ListedFile& file) -> Status {
      if (IsMetadataFileName(file.location) && FolderOf(file.location) == folder) {
        listed.push_back(file);
      }
      return {};
    };
    RETURN_IF_ERROR(ForEachListed(*table.files, folder, keep));
  }
  return listed;
}

class MetadataCleanup {
 public:
  MetadataCleanup(const MaintenanceContext& context,
                  const Table& table,
                  TimestampMs older_than,
                  RunMode mode)
      : table_(table),
        older_than_(older_than),
        named_(context, *table.files, {.scope = NamedScope::kMetadataFiles}),
        deletion_(context, table, named_, mode) {}

  Result<MetadataCleanupReport> Run(const std::vector<storage::ListedFile>& listed,
                                    const Table& now) {
    RETURN_IF_ERROR(named_.AddTable(now));
    for (const storage::ListedFile& file : listed) {
      ++report_.files_before;
      report_.bytes_before += file.stat.size_bytes;
      Judge(file);
    }
    report_.deleted = deletion_.Finish();
    report_.files_after = report_.files_before - report_.deleted.files();
    report_.bytes_after = report_.bytes_before - report_.deleted.bytes;
    return std::move(report_);
  }

 private:
  void Judge(const storage::ListedFile& file) {
    if (named_.Names(file.location)) {
      return;
    }
    if (file.stat.modified >= older_than_) {
      ++report_.young;
    } else if (!IsOwn(file.location)) {
      ++report_.of_others;
    } else {
      deletion_.Add({file.location, TableFileKind::kMetadata, file.stat.size_bytes});
    }
  }

  bool IsOwn(const std::string& location) const {
    auto own = storage::Location::Parse(table_.metadata->location);
    auto file = storage::Location::Parse(location);
    return (own.has_value() && file.has_value() && own->Contains(*file)) ||
           UuidIn(*table_.files, location) == table_.metadata->uuid;
  }

  const Table& table_;
  const TimestampMs older_than_;
  NamedFiles named_;
  FileDeletion deletion_;
  MetadataCleanupReport report_;
};

}  // namespace

Result<MetadataCleanupReport> CleanMetadata(const MaintenanceContext& context,
                                            const Table& table,
                                            const MetadataCleanupOptions& options) {
  ASSIGN_OR_RETURN(TimestampMs older_than,
                   ReadAgeLimit(context, table, options.mode, options.older_than, options.young));
  ASSIGN_OR_RETURN(std::vector<storage::ListedFile> listed, ListMetadataFiles(table));
  // Read after the listing: what was committed meanwhile is named.
  ASSIGN_OR_RETURN(Table now, context.catalog.Load(table.identifier));
  if (now.metadata->uuid != table.metadata->uuid) {
    return Error(ErrorCode::kCommitConflict,
                 "Another table has taken the place of " + table.identifier.ToString());
  }
  return MetadataCleanup(context, now, older_than, options.mode).Run(listed, now);
}

}  // namespace firn::table
