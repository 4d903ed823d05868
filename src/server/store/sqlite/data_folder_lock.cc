#include "server/store/sqlite/data_folder_lock.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace firn::store::sqlite {
namespace {

constexpr mode_t kFolderMode = 0755;
constexpr mode_t kFileMode = 0644;

Error SystemError(const char* call, const std::string& path) {
  return Error(ErrorCode::kIoError, "Cannot use " + path)
      .With("call", call)
      .With("errno", std::generic_category().message(errno));
}

/// Syncs the folder that holds `folder`. One that this process may not read is left: it did not
/// make the entry.
Status SyncParent(const std::string& folder) {
  size_t slash = folder.find_last_of('/');
  std::string parent = slash == std::string::npos ? "." : folder.substr(0, slash + 1);
  int fd = open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    return errno == EACCES ? Status() : SystemError("open", parent);
  }
  Status status = fsync(fd) == 0 ? Status() : SystemError("fsync", parent);
  close(fd);
  return status;
}

/// Makes `folder` and its parents; its entry is on disk when this returns, whoever made it: a
/// process that was killed in between may have.
Status MakeFolder(const std::string& folder) {
  if (mkdir(folder.c_str(), kFolderMode) == 0 || errno == EEXIST) {
    return SyncParent(folder);
  }
  size_t slash = folder.find_last_of('/');
  if (errno != ENOENT || slash == std::string::npos || slash == 0) {
    return SystemError("mkdir", folder);
  }
  RETURN_IF_ERROR(MakeFolder(folder.substr(0, slash)));
  return MakeFolder(folder);
}

std::string HolderText(int fd) {
  std::array<char, 32> text{};
  ssize_t length = pread(fd, text.data(), text.size() - 1, 0);
  return length <= 0 ? std::string("unknown")
                     : std::string(text.data(), static_cast<size_t>(length));
}

}  // namespace

Result<DataFolderLock> DataFolderLock::Acquire(const std::string& folder) {
  std::string path = folder;
  while (path.size() > 1 && path.ends_with('/')) {
    path.pop_back();
  }
  RETURN_IF_ERROR(MakeFolder(path));
  return Lock(path + "/firn.lock", "The data folder " + path);
}

Result<DataFolderLock> DataFolderLock::AcquireForDatabase(const std::string& path) {
  return Lock(path + ".lock", "The database " + path);
}

Result<DataFolderLock> DataFolderLock::Lock(const std::string& file, const std::string& what) {
  int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (fd < 0) {
    return SystemError("open", file);
  }
  DataFolderLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return Error(ErrorCode::kUnavailable,
                   what + " is in use by another firn process (process id " + HolderText(fd) + ")");
    }
    return SystemError("flock", file);
  }
  std::string pid = std::to_string(getpid());
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    return SystemError("write", file);
  }
  return lock;
}

DataFolderLock::~DataFolderLock() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

}  // namespace firn::store::sqlite
