#include "server/store/sqlite/backup.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/random.h"
#include "server/store/sql/text/schema.h"
#include "server/store/sqlite/sqlite_session.h"
#include "storage/name_new_file.h"

namespace firn::store::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOwnerOnly = 0600;
constexpr sql::Statement kIntegrityCheck{"integrity_check", "PRAGMA integrity_check(1)"};
constexpr sql::Statement kForeignKeyCheck{"foreign_key_check", "PRAGMA foreign_key_check"};

Error SystemError(int error_number, const char* call, const std::string& path) {
  return Error(ErrorCode::kIoError, "Cannot write the backup " + path)
      .With("call", call)
      .With("errno", std::generic_category().message(error_number));
}

Error Taken(const std::string& file) {
  return Error(ErrorCode::kAlreadyExists,
               "There is a file " + file + " already; a backup never overwrites");
}

Error Damaged(const std::string& database, std::string_view finding) {
  return Error(ErrorCode::kInvalidMetadata, "The database " + database + " is damaged")
      .With("finding", std::string(finding));
}

/// A file under a temporary name beside its later one; removed unless it got that.
class UnnamedFile {
 public:
  static Result<UnnamedFile> Make(const std::string& file) {
    fs::path target(file);
    fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
    int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
      return SystemError(errno, "open", folder.string());
    }
    uint64_t bits = RandomBits();
    std::string suffix = HexEncode({reinterpret_cast<const char*>(&bits), sizeof bits});
    UnnamedFile made(fd, folder, target.filename().string(),
                     target.filename().string() + "." + suffix + ".partial");
    // SQLite would open it to whoever the process's mask lets in.
    int created =
        openat(fd, made.name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly);
    if (created < 0) {
      return SystemError(errno, "create", made.path());
    }
    close(created);
    return made;
  }

  UnnamedFile(UnnamedFile&& other) noexcept
      : folder_fd_(std::exchange(other.folder_fd_, -1)),
        folder_(std::move(other.folder_)),
        target_(std::move(other.target_)),
        name_(std::move(other.name_)) {}
  UnnamedFile& operator=(UnnamedFile&&) = delete;
  ~UnnamedFile() {
    if (folder_fd_ < 0) {
      return;
    }
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      unlinkat(folder_fd_, (name_ + suffix).c_str(), 0);
    }
    close(folder_fd_);
  }

  std::string path() const { return (folder_ / name_).string(); }

  /// Syncs the file, names it, syncs the name; its size.
  Result<int64_t> Name() {
    struct stat status{};
    int fd = openat(folder_fd_, name_.c_str(), O_RDONLY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0 && fstat(fd, &status) == 0;
    int failed = errno;
    if (fd >= 0) {
      close(fd);
    }
    if (!synced) {
      return SystemError(failed, "fsync", path());
    }
    failed = storage::NameNewFile(folder_fd_, name_, target_);
    if (failed != 0) {
      std::string file = (folder_ / target_).string();
      return failed == EEXIST ? Taken(file) : SystemError(failed, "rename", file);
    }
    if (fsync(folder_fd_) != 0) {
      return SystemError(errno, "fsync", folder_.string());
    }
    return status.st_size;
  }

 private:
  UnnamedFile(int folder_fd, fs::path folder, std::string target, std::string name)
      : folder_fd_(folder_fd),
        folder_(std::move(folder)),
        target_(std::move(target)),
        name_(std::move(name)) {}

  int folder_fd_;
  fs::path folder_;
  std::string target_;
  std::string name_;
};

Result<int64_t> SchemaVersionOf(SqliteSession& session, const std::string& database) {
  int64_t version = 0;
  Status read = session.Query(sql::kReadSchemaVersion, {}, [&](const sql::Row& row) -> Status {
    version = row.Int(0);
    return {};
  });
  if (!read.has_value() && read.error().code() == ErrorCode::kInternal) {
    return TakeError(std::move(read)).As(ErrorCode::kInvalidMetadata).With("path", database);
  }
  RETURN_IF_ERROR(std::move(read));
  if (version == 0) {
    return Error(ErrorCode::kInvalidMetadata, "Not a database of Firn: " + database);
  }
  return version;
}

/// A database can be damaged where nobody has looked for long; its last good backup must not be
/// followed by bad ones that nobody notices.
Status CheckCopy(SqliteSession& copy, const std::string& database) {
  std::string finding;
  RETURN_IF_ERROR(copy.Query(kIntegrityCheck, {}, [&](const sql::Row& row) -> Status {
    finding = row.Text(0);
    return {};
  }));
  if (finding != "ok") {
    return Damaged(database, finding);
  }
  return copy.Query(kForeignKeyCheck, {}, [&](const sql::Row& row) -> Status {
    return Damaged(database, "foreign key of table " + std::string(row.Text(0)));
  });
}

}  // namespace

Result<Backup> BackUpDatabase(const std::string& database, const std::string& file) {
  std::error_code error;
  if (!fs::exists(database, error)) {
    return Error(ErrorCode::kNotFound, "There is no database " + database);
  }
  if (fs::exists(fs::symlink_status(file, error))) {
    return Taken(file);
  }
  ASSIGN_OR_RETURN(UnnamedFile unnamed, UnnamedFile::Make(file));
  Backup backup;
  {
    ASSIGN_OR_RETURN(auto source, SqliteSession::Open({.path = database, .read_only = true}));
    ASSIGN_OR_RETURN(backup.schema_version, SchemaVersionOf(*source, database));
    ASSIGN_OR_RETURN(auto copy, SqliteSession::Open({.path = unnamed.path()}));
    // Nobody reads it before it is synced as a whole.
    RETURN_IF_ERROR(copy->Run("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;"));
    RETURN_IF_ERROR(source->CopyTo(*copy));
  }
  {
    // Opened anew: what is checked is what the file holds. Then one file is all there is to it.
    ASSIGN_OR_RETURN(auto copy, SqliteSession::Open({.path = unnamed.path()}));
    RETURN_IF_ERROR(CheckCopy(*copy, database));
    RETURN_IF_ERROR(copy->Run("PRAGMA journal_mode=DELETE;"));
  }
  ASSIGN_OR_RETURN(backup.size_bytes, unnamed.Name());
  return backup;
}

}  // namespace firn::store::sqlite
