// LocalRoots: opens local files and folders beneath the allowed roots only, whatever symbolic links
// say. With no roots, `/` is the root and links are followed.
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
#include "storage/location.h"

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

  /// The folder that holds it, and its name in there.
  std::string_view Folder() const;
  std::string_view Name() const;
};

/// Whether statfs(2) gives this type to file systems behind a network, or behind a process (FUSE):
/// a call on them may never return.
bool IsNetworkFileSystem(int64_t type);

class LocalRoots {
 public:
  static Result<LocalRoots> Make(const std::optional<std::vector<std::string>>& locations);

  /// Allows one more folder, made where it is missing. Nothing to do where nothing is confined.
  Status Add(const std::string& location);

  /// Errors: kInvalidArgument for a location that is not local; kForbidden outside the roots.
  Result<LocalPlace> Find(std::string_view location) const;

  /// Opens what is there; `flags` as for open(2), never O_CREAT.
  Result<FileDescriptor> Open(const LocalPlace& place, std::string_view path, int flags) const;
  Result<FileDescriptor> OpenFolder(const LocalPlace& place, std::string_view path) const;

  /// Makes the folder and its parents and syncs each parent (unless `sync` is off); returns it
  /// open.
  Result<FileDescriptor> MakeFolder(const LocalPlace& place,
                                    std::string_view path,
                                    bool sync) const;

  bool confined() const { return confined_; }

 private:
  struct Root {
    Location location;
    FileDescriptor folder;
    /// What the kernel calls the folder, for the check after opening.
    std::string real_path;
    bool remote = false;
  };

  /// For kernels without openat2: opens, then asks the kernel where that led.
  Result<FileDescriptor> OpenThenCheck(const LocalPlace& place,
                                       const std::string& path,
                                       int flags) const;

  static Result<Root> OpenRoot(const std::string& location);

  /// Only ever grows, and a deque keeps its elements in place: what a LocalPlace names stays.
  std::deque<Root> roots_;
  std::unique_ptr<std::shared_mutex> mutex_ = std::make_unique<std::shared_mutex>();
  bool confined_ = false;
};

}  // namespace firn::storage
