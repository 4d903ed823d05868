#include "table/maintain/listed_files.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/uuid.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "storage/gzip.h"
#include "storage/location.h"

namespace firn::table {
namespace {

constexpr int32_t kPageFiles = 1'000;
constexpr int64_t kMaxMetadataBytes = int64_t{1} << 30;

Result<TimestampMs> StoreNow(const Table& table) {
  const std::string probe = storage::JoinLocation(
      table.metadata->location, "metadata/clock-" + Uuid::Random().ToString() + ".probe");
  Status written = table.files->Write(probe, "", storage::WriteMode::kCreateNew);
  Result<storage::FileStat> stat = table.files->Stat(probe);
  Status deleted = table.files->Delete(probe);
  RETURN_IF_ERROR(std::move(written));
  RETURN_IF_ERROR(std::move(deleted));
  if (!stat.has_value()) {
    return TakeError(std::move(stat));
  }
  return stat->modified;
}

std::string_view NameOf(std::string_view location) {
  return location.substr(location.rfind('/') + 1);
}

/// Partition folders (`_x=1`) are not hidden.
bool IsHidden(std::string_view relative) {
  size_t begin = 0;
  while (begin < relative.size()) {
    size_t end = std::min(relative.find('/', begin), relative.size());
    std::string_view segment = relative.substr(begin, end - begin);
    bool marked = segment.starts_with('_') || segment.starts_with('.');
    if (marked && segment.find('=') == std::string_view::npos) {
      return true;
    }
    begin = end + 1;
  }
  return false;
}

}  // namespace

Result<TimestampMs> ReadAgeLimit(const MaintenanceContext& context,
                                 const Table& table,
                                 RunMode mode,
                                 std::optional<TimestampMs> older_than,
                                 YoungFiles young) {
  TimestampMs now = context.tools.clock.Now();
  if (mode == RunMode::kRun) {
    ASSIGN_OR_RETURN(now, StoreNow(table));
  }
  auto before = [&](std::chrono::milliseconds age) {
    return TimestampMs(now.value() - age.count());
  };
  if (!older_than.has_value()) {
    return before(kOrphanAgeDefault);
  }
  if (young == YoungFiles::kNever && *older_than > before(kOrphanAgeLeast)) {
    return Error(ErrorCode::kInvalidArgument,
                 "Files younger than 24 hours may be about to be committed")
        .With("older-than", FormatUtc(*older_than));
  }
  return *older_than;
}

Status ForEachListed(storage::ObjectStore& store,
                     const std::string& folder,
                     const std::function<Status(const storage::ListedFile&)>& visit) {
  storage::ListOptions options{.after = std::nullopt, .limit = kPageFiles};
  do {
    ASSIGN_OR_RETURN(storage::ListPage page, store.List(folder, options));
    std::erase_if(page.files, [&](const storage::ListedFile& file) {
      std::string_view relative = file.location;
      return IsHidden(relative.substr(std::min(folder.size() + 1, relative.size())));
    });
    for (const storage::ListedFile& file : page.files) {
      RETURN_IF_ERROR(visit(file));
    }
    options.after = page.next;
  } while (options.after.has_value());
  return {};
}

bool IsMetadataFileName(std::string_view location) {
  return location.ends_with(".metadata.json") || location.ends_with(".metadata.json.gz");
}

TableFileKind KindByName(std::string_view location) {
  if (IsMetadataFileName(location)) {
    return TableFileKind::kMetadata;
  }
  if (location.ends_with(".avro")) {
    return NameOf(location).starts_with("snap-") ? TableFileKind::kManifestList
                                                 : TableFileKind::kManifest;
  }
  if (location.ends_with(".parquet") || location.ends_with(".orc")) {
    return TableFileKind::kData;
  }
  if (location.ends_with(".stats")) {
    return TableFileKind::kStatistics;
  }
  return location.ends_with(".puffin") ? TableFileKind::kDeletes : TableFileKind::kOther;
}

std::string_view FolderOf(std::string_view location) {
  size_t slash = location.rfind('/');
  return location.substr(0, slash == std::string_view::npos ? 0 : slash);
}

std::optional<std::string> UuidIn(storage::ObjectStore& store, const std::string& metadata_file) {
  auto bytes = store.Read(metadata_file, kMaxMetadataBytes);
  if (!bytes.has_value()) {
    return std::nullopt;
  }
  auto text = storage::MetadataText(metadata_file, *std::move(bytes), kMaxMetadataBytes);
  if (!text.has_value()) {
    return std::nullopt;
  }
  auto metadata = iceberg::ParseTableMetadata(*text);
  return metadata.has_value() ? std::optional((*metadata)->uuid) : std::nullopt;
}

}  // namespace firn::table
