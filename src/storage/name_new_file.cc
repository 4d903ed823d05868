#include "storage/name_new_file.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

namespace firn::storage {

int NameNewFile(int folder, const std::string& from, const std::string& to) {
  if (renameat2(folder, from.c_str(), folder, to.c_str(), RENAME_NOREPLACE) == 0) {
    return 0;
  }
  if (errno != EINVAL && errno != ENOSYS) {
    return errno;
  }
  // File systems without RENAME_NOREPLACE.
  if (linkat(folder, from.c_str(), folder, to.c_str(), 0) != 0) {
    return errno;
  }
  unlinkat(folder, from.c_str(), 0);
  return 0;
}

}  // namespace firn::storage
