// FileDescriptor: owns a POSIX descriptor. SyncFolder: its content to disk. ErrnoError: what the
// last system call said, as an Error.
#pragma once

#include <cerrno>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace firn::storage {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor();

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  /// Gives up ownership.
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

/// fsync(2): 0 or an errno. The thread counts as waiting meanwhile.
int SyncFolder(int folder);

/// kNotFound for a missing file or folder, kForbidden for a link that leads out or missing rights,
/// kInvalidArgument for a name too long, kIoError else; names the call and the location.
Error ErrnoError(int error_number, std::string_view call, std::string_view location);

}  // namespace firn::storage
