#include "server/store/sqlite/sqlite_store.h"

#include <filesystem>
#include <utility>

#include "server/store/sqlite/data_folder_lock.h"
#include "server/store/sqlite/sqlite_session.h"

namespace firn::store::sqlite {
namespace {

class SqliteEngine final : public sql::Engine {
 public:
  SqliteEngine(SqliteOptions options, DataFolderLock lock)
      : options_(std::move(options)), lock_(std::move(lock)) {}

  Result<std::unique_ptr<sql::Session>> OpenWriter() override {
    return Open(options_.writer_cache_kib, false);
  }
  Result<std::unique_ptr<sql::Session>> OpenReader() override {
    return Open(options_.reader_cache_kib, true);
  }
  bool exclusive() const override { return true; }

 private:
  Result<std::unique_ptr<sql::Session>> Open(int64_t cache_kib, bool read_only) const {
    ASSIGN_OR_RETURN(std::unique_ptr<sql::Session> session,
                     SqliteSession::Open({.path = options_.path,
                                          .read_only = read_only,
                                          .cache_kib = cache_kib,
                                          .busy_timeout_ms = options_.busy_timeout_ms,
                                          .vfs = options_.vfs}));
    return session;
  }

  SqliteOptions options_;
  DataFolderLock lock_;
};

}  // namespace

Result<std::unique_ptr<sql::Engine>> OpenSqliteEngine(const SqliteOptions& options) {
  ASSIGN_OR_RETURN(DataFolderLock lock, DataFolderLock::AcquireForDatabase(options.path));
  return std::make_unique<SqliteEngine>(options, std::move(lock));
}

Result<sql::SchemaVersions> MigrateSqliteDatabase(const SqliteOptions& options, MigrateMode mode) {
  std::error_code error;
  if (!std::filesystem::exists(options.path, error)) {
    return Error(ErrorCode::kNotFound, "There is no database " + options.path);
  }
  ASSIGN_OR_RETURN(std::unique_ptr<sql::Engine> engine, OpenSqliteEngine(options));
  ASSIGN_OR_RETURN(std::unique_ptr<sql::Session> session, engine->OpenWriter());
  return mode == MigrateMode::kApply ? sql::Migrate(*session) : sql::TryMigrate(*session);
}

Result<std::unique_ptr<CatalogStore>> OpenSqliteStore(const SqliteOptions& options) {
  static const SystemClock kClock;
  ASSIGN_OR_RETURN(std::unique_ptr<sql::Engine> engine, OpenSqliteEngine(options));
  sql::SqlStoreOptions store = options.store;
  if (store.clock == nullptr) {
    store.clock = &kClock;
  }
  ASSIGN_OR_RETURN(std::unique_ptr<CatalogStore> opened,
                   sql::SqlCatalogStore::Make(std::move(engine), store));
  return opened;
}

}  // namespace firn::store::sqlite
