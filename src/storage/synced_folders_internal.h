// SyncedFolders: folders whose entries, and those of all folders above them, are known to be on
// disk. A folder that is there says nothing: another thread or program may have made it a moment
// ago, and a file in it would be lost with it. Bounded: above kMaxFolders it begins anew.
//
// Thread-safety: any thread.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace firn::storage {

/// Which folder it is: a name may be given to another one, and so may an inode.
struct FolderId {
  uint64_t device = 0;
  uint64_t inode = 0;
  /// Since 1970; 0 where the file system does not tell it: then the inode proves nothing.
  int64_t birth_ns = 0;

  auto operator<=>(const FolderId&) const = default;
};

/// Of `name` in the open folder; of the folder itself where `name` is empty. A link is not
/// followed. nullopt and errno where the system does not tell.
std::optional<FolderId> FolderIdOf(int folder, const std::string& name);

class SyncedFolders {
 public:
  static constexpr size_t kMaxFolders = 65'536;

  bool Holds(const FolderId& folder) const {
    std::scoped_lock lock(mutex_);
    return folders_.contains(folder);
  }
  /// Those without a birth time are left out, and so are synced each time.
  void Add(std::span<const FolderId> folders);
  /// The folder is new, or removed: what is known of it is about one that had its inode, or will
  /// be.
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
