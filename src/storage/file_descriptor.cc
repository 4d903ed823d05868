#include <string>
#include <system_error>

#include <unistd.h>

#include "base/waiting_scope.h"
#include "storage/file_descriptor_internal.h"

namespace firn::storage {

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

// The errno is read before the end of the scope: that may set another.
int SyncFolder(int folder) {
  WaitingScope waiting;
  return fsync(folder) == 0 ? 0 : errno;
}

Error ErrnoError(int error_number, std::string_view call, std::string_view location) {
  std::string place(location);
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
      return Error(ErrorCode::kNotFound, "Failed to open input stream for file: " + place);
    case EXDEV:
    case ELOOP:
      return Error(ErrorCode::kForbidden, "Location leads out of its root: " + place);
    case EACCES:
    case EPERM:
      return Error(ErrorCode::kForbidden, "No permission for file: " + place);
    case ENAMETOOLONG:
      return Error(ErrorCode::kInvalidArgument, "Location is too long: " + place);
    default:
      return Error(ErrorCode::kIoError, "I/O error on file: " + place)
          .With("call", std::string(call))
          .With("errno", std::generic_category().message(error_number));
  }
}

}  // namespace firn::storage
