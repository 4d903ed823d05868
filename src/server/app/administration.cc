#include "server/app/administration.h"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "server/app/places.h"
#include "server/store/sqlite/backup.h"
#include "server/store/sqlite/data_folder_lock.h"
#include "server/store/sqlite/sqlite_store.h"

namespace firn::app {
namespace {

using store::sqlite::DataFolderLock;
using store::sqlite::MigrateMode;

/// The places of a server that has run before: none is made here, where a mistyped flag would make
/// an empty catalog.
Result<Places> FindDatabase(const config::Settings& settings) {
  ASSIGN_OR_RETURN(Places places, FindPlaces(settings));
  std::error_code error;
  if (!std::filesystem::exists(places.database_path, error)) {
    return Error(ErrorCode::kNotFound,
                 fmt::format("There is no database {}; `firn serve` makes it when it first starts. "
                             "--data and --database say where it is",
                             places.database_path));
  }
  return places;
}

/// The lock of the data folder; nothing where the folder is not there (the database may be
/// elsewhere).
Result<std::optional<DataFolderLock>> LockFolder(const Places& places) {
  std::error_code error;
  if (!std::filesystem::exists(places.data_dir, error)) {
    return std::optional<DataFolderLock>();
  }
  ASSIGN_OR_RETURN(DataFolderLock lock, DataFolderLock::Acquire(places.data_dir.string()));
  return std::optional<DataFolderLock>(std::move(lock));
}

Result<MigrationReport> Migrate(const config::Settings& settings, MigrateMode mode) {
  ASSIGN_OR_RETURN(Places places, FindDatabase(settings));
  ASSIGN_OR_RETURN(auto lock, LockFolder(places));
  ASSIGN_OR_RETURN(auto versions,
                   store::sqlite::MigrateSqliteDatabase({.path = places.database_path}, mode));
  return MigrationReport{places.database_path, versions.from, versions.to};
}

Result<BackupReport> Copy(const std::string& database, const std::string& file) {
  std::error_code error;
  std::string path = std::filesystem::absolute(file, error).lexically_normal().string();
  ASSIGN_OR_RETURN(store::sqlite::Backup backup, store::sqlite::BackUpDatabase(database, path));
  return BackupReport{database, path, backup.size_bytes, backup.schema_version};
}

}  // namespace

Result<MigrationReport> MigrateDatabase(const config::Settings& settings) {
  return Migrate(settings, MigrateMode::kApply);
}

Result<MigrationReport> TryMigrateDatabase(const config::Settings& settings) {
  return Migrate(settings, MigrateMode::kTry);
}

Result<BackupReport> BackUp(const config::Settings& settings, const std::string& file) {
  ASSIGN_OR_RETURN(Places places, FindDatabase(settings));
  ASSIGN_OR_RETURN(auto folder_lock, LockFolder(places));
  ASSIGN_OR_RETURN(DataFolderLock database_lock,
                   DataFolderLock::AcquireForDatabase(places.database_path));
  return Copy(places.database_path, file);
}

Result<BackupReport> BackUpOnline(const config::Settings& settings, const std::string& file) {
  ASSIGN_OR_RETURN(Places places, FindDatabase(settings));
  return Copy(places.database_path, file);
}

}  // namespace firn::app
