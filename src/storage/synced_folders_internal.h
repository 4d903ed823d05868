// SyncedFolders: folders whose entries, and those of all folders above them, are known to be on
// disk. A folder that is there says nothing: another thread or program may have made it a moment
// ago, and a file in it would be lost with it. Bounded: above kMaxFolders it begins anew.
//
// Thread-safety: any thread.
#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <span>
#include <utility>

#include <sys/types.h>

namespace firn::storage {

/// Device and inode: a name may be given to another folder.
using FolderId = std::pair<dev_t, ino_t>;

class SyncedFolders {
 public:
  static constexpr size_t kMaxFolders = 65'536;

  bool Holds(const FolderId& folder) const {
    std::scoped_lock lock(mutex_);
    return folders_.contains(folder);
  }
  void Add(std::span<const FolderId> folders) {
    std::scoped_lock lock(mutex_);
    if (folders_.size() + folders.size() > kMaxFolders) {
      folders_.clear();
    }
    folders_.insert(folders.begin(), folders.end());
  }
  /// The folder is removed: its inode may come back as another one's.
  void Forget(const FolderId& folder) {
    std::scoped_lock lock(mutex_);
    folders_.erase(folder);
  }
  size_t size() const {
    std::scoped_lock lock(mutex_);
    return folders_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::set<FolderId> folders_;
};

}  // namespace firn::storage
