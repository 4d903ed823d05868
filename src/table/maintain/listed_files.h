// What maintenance needs to know of files that it finds in a table's folders, rather than in its
// metadata: how old they may be, what they are by their names, whose they are.
//
// Thread-safety: any thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "storage/object_store.h"
#include "table/maintain/maintenance.h"
#include "table/maintain/table_footprint.h"
#include "table/table_store.h"

namespace firn::table {

/// A file that nobody names may be one that a writer is about to commit.
inline constexpr std::chrono::hours kOrphanAgeDefault{72};
inline constexpr std::chrono::hours kOrphanAgeLeast{24};

/// Whether files younger than kOrphanAgeLeast may go: only where nobody writes to the table.
enum class YoungFiles : uint8_t { kNever, kAllowed };

/// Files from before this time count. By the store's clock: in a run a file is written below the
/// table's location, looked at and deleted. Errors: kInvalidArgument where `older_than` is less
/// than kOrphanAgeLeast ago and `young` says never; those of the store.
Result<TimestampMs> ReadAgeLimit(const MaintenanceContext& context,
                                 const Table& table,
                                 RunMode mode,
                                 std::optional<TimestampMs> older_than,
                                 YoungFiles young);

/// The files of a folder, page by page, those in hidden folders (`_x`, `.x`) left out: other
/// systems keep theirs there.
Status ForEachListed(storage::ObjectStore& store,
                     const std::string& folder,
                     const std::function<Status(const storage::ListedFile&)>& visit);

/// True for what table metadata files are called.
bool IsMetadataFileName(std::string_view location);
TableFileKind KindByName(std::string_view location);
/// What is before the last slash.
std::string_view FolderOf(std::string_view location);

/// The uuid that a table metadata file holds; nullopt where it is none or cannot be read.
std::optional<std::string> UuidIn(storage::ObjectStore& store, const std::string& metadata_file);

}  // namespace firn::table
