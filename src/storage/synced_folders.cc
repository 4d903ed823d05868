#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "storage/synced_folders_internal.h"

namespace firn::storage {

std::optional<FolderId> FolderIdOf(int folder, const std::string& name) {
  struct statx status{};
  int flags = AT_SYMLINK_NOFOLLOW | (name.empty() ? AT_EMPTY_PATH : 0);
  if (statx(folder, name.c_str(), flags, STATX_INO | STATX_BTIME, &status) != 0) {
    return std::nullopt;
  }
  constexpr int64_t kNanoseconds = 1'000'000'000;
  bool told = (status.stx_mask & STATX_BTIME) != 0;
  return FolderId{
      .device = makedev(status.stx_dev_major, status.stx_dev_minor),
      .inode = status.stx_ino,
      .birth_ns =
          told ? status.stx_btime.tv_sec * kNanoseconds + status.stx_btime.tv_nsec : int64_t{0}};
}

void SyncedFolders::Add(std::span<const FolderId> folders) {
  std::scoped_lock lock(mutex_);
  if (folders_.size() + folders.size() > kMaxFolders) {
    folders_.clear();
  }
  for (const FolderId& folder : folders) {
    if (folder.birth_ns != 0) {
      folders_.insert(folder);
    }
  }
}

}  // namespace firn::storage
