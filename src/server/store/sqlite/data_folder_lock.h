// DataFolderLock: one process at a time owns a data folder, or a database file. Held until
// destruction; the system gives it up when the process dies, however it dies.
//
// Errors: kUnavailable where another process holds it, naming that process; kIoError.
// Thread-safety: Acquire may be called from any thread.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace firn::store::sqlite {

class DataFolderLock {
 public:
  /// Makes the folder where it is missing, durably, and locks `<folder>/firn.lock`.
  static Result<DataFolderLock> Acquire(const std::string& folder);
  /// Locks `<path>.lock` beside a database.
  static Result<DataFolderLock> AcquireForDatabase(const std::string& path);

  DataFolderLock(DataFolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  DataFolderLock& operator=(DataFolderLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~DataFolderLock();

 private:
  explicit DataFolderLock(int fd) : fd_(fd) {}

  static Result<DataFolderLock> Lock(const std::string& file, const std::string& what);

  int fd_ = -1;
};

}  // namespace firn::store::sqlite
