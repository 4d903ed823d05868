// LocalRoots: opens local files and folders beneath the allowed roots only, whatever symbolic links
// say. With no roots, `/` is the root and links are followed. What is guarded (guarded_paths.h) is
// refused below any root: kForbidden.
//
// Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/file_descriptor_internal.h"
#include "storage/guarded_paths.h"
#include "storage/location.h"
#include "storage/synced_folders_internal.h"

namespace firn::storage {

/// A location found below a root. Points into LocalRoots: use it while that lives.
struct LocalPlace {
  /// Open folder of the root.
  int root = -1;
  /// Below the root, without a leading slash; `.` for the root itself.
  std::string relative;
  /// As the caller wrote it, for messages.
  std::string text;
  /// The root lies on a network file system.
  bool remote = false;
  /// Something guarded lies below the root: what is opened is asked for its real path.
  bool guarded = false;

  /// The folder that holds it, and its name in there.
  std::string_view Folder() const;
  std::string_view Name() const;
};

/// Whether statfs(2) gives this type to file systems behind a network, or behind a process (FUSE):
/// a call on them may never return.
bool IsNetworkFileSystem(int64_t type);

class LocalRoots {
 public:
  static Result<LocalRoots> Make(const std::optional<std::vector<std::string>>& locations,
                                 GuardedPaths guarded = {});

  /// Allows one more folder, made where it is missing. Nothing to do where nothing is confined. One
  /// that is allowed already takes no second descriptor; where its folder was removed meanwhile, it
  /// is made and opened again. Errors: kInvalidArgument for one that is guarded itself; nothing is
  /// made then.
  Status Add(const std::string& location);

  /// Errors: kInvalidArgument for a location that is not local; kForbidden outside the roots, or
  /// guarded.
  Result<LocalPlace> Find(std::string_view location) const;

  /// Opens what is there; `flags` as for open(2), never O_CREAT.
  Result<FileDescriptor> Open(const LocalPlace& place, std::string_view path, int flags) const;
  Result<FileDescriptor> OpenFolder(const LocalPlace& place, std::string_view path) const;

  /// Makes the folder and its parents; returns it open. Unless `sync` is off, its entry and theirs
  /// are on disk then, whoever made them.
  Result<FileDescriptor> MakeFolder(const LocalPlace& place,
                                    std::string_view path,
                                    bool sync) const;

  /// Before `name` is made, replaced or removed in the open folder: kForbidden where it is guarded.
  Status CheckEntry(const LocalPlace& place, int folder, std::string_view name) const;

  /// Before a folder is removed: what is known of it.
  SyncedFolders& synced() const { return *synced_; }

  /// True where `name` in the open folder is itself a root.
  bool IsRoot(int folder, std::string_view name) const;

  bool confined() const { return confined_; }

 private:
  struct Root {
    Location location;
    FileDescriptor folder;
    /// What the kernel calls the folder, for the check after opening.
    std::string real_path;
    bool remote = false;
    bool guarded = false;
  };

  /// Open without a look at what is guarded.
  Result<FileDescriptor> OpenAny(const LocalPlace& place, std::string_view path, int flags) const;
  /// kForbidden where the open file or folder is guarded.
  Status CheckOpen(const LocalPlace& place, int file) const;

  /// CheckEntry for a folder that is made on the way to another.
  Status CheckMade(const LocalPlace& place, int folder, std::string_view name) const;

  /// Syncs the folders that hold the open folder at `path`, up to one that is known to be synced.
  Status SyncEntries(const LocalPlace& place, std::string_view path, int folder) const;

  /// For kernels without openat2: opens, then asks the kernel where that led.
  Result<FileDescriptor> OpenThenCheck(const LocalPlace& place,
                                       const std::string& path,
                                       int flags) const;

  Result<Root> OpenRoot(const std::string& location) const;

  /// Lets `root` lead where `opened` does, under the descriptor it has: places found before keep
  /// it. Called with the lock held.
  static Status Renew(Root& root, Root opened);

  /// Only ever grows, and a deque keeps its elements in place: what a LocalPlace names stays.
  std::deque<Root> roots_;
  std::unique_ptr<std::shared_mutex> mutex_ = std::make_unique<std::shared_mutex>();
  GuardedPaths guarded_;
  std::unique_ptr<SyncedFolders> synced_ = std::make_unique<SyncedFolders>();
  bool confined_ = false;
};

}  // namespace firn::storage
