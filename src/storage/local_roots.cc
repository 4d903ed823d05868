#include <algorithm>
#include <array>
#include <climits>
#include <mutex>
#include <utility>

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "storage/local_roots_internal.h"

namespace firn::storage {
namespace {

constexpr mode_t kFolderMode = 0777;
constexpr int kOpenAttempts = 16;

/// openat(2) that refuses to leave `root`. -1 and errno as the system call; EAGAIN (a folder was
/// renamed meanwhile) is tried again.
int OpenBeneath(int root, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags) | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  int fd = -1;
  for (int i = 0; i < kOpenAttempts; ++i) {
    fd = static_cast<int>(syscall(SYS_openat2, root, path.c_str(), &how, sizeof how));
    if (fd >= 0 || errno != EAGAIN) {
      break;
    }
  }
  return fd;
}

std::string RealPath(int fd) {
  std::array<char, PATH_MAX> buffer{};
  std::string link = "/proc/self/fd/" + std::to_string(fd);
  ssize_t length = readlink(link.c_str(), buffer.data(), buffer.size());
  return length <= 0 ? std::string() : std::string(buffer.data(), static_cast<size_t>(length));
}

Error Guarded(std::string_view location) {
  return Error(ErrorCode::kForbidden,
               "Location is one of the server's own files: " + std::string(location));
}

Result<Location> ParseLocal(std::string_view text) {
  ASSIGN_OR_RETURN(Location location, Location::Parse(text));
  if (location.scheme() != "file") {
    return Error(ErrorCode::kInvalidArgument, "Not a local location: " + std::string(text));
  }
  return location;
}

bool IsRemote(int folder) {
  struct statfs status{};
  return fstatfs(folder, &status) == 0 && IsNetworkFileSystem(status.f_type);
}

}  // namespace

bool IsNetworkFileSystem(int64_t type) {
  // linux/magic.h; the last three are not in it: Lustre, GPFS, BeeGFS.
  constexpr auto kTypes = std::to_array<uint32_t>(
      {NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, CODA_SUPER_MAGIC,
       AFS_SUPER_MAGIC, AFS_FS_MAGIC, CEPH_SUPER_MAGIC, OCFS2_SUPER_MAGIC, V9FS_MAGIC,
       FUSE_SUPER_MAGIC, 0x0BD00BD0, 0x47504653, 0x19830326});
  return std::ranges::find(kTypes, static_cast<uint32_t>(type)) != kTypes.end();
}

std::string_view LocalPlace::Folder() const {
  size_t slash = relative.rfind('/');
  return slash == std::string::npos ? std::string_view(".")
                                    : std::string_view(relative).substr(0, slash);
}

std::string_view LocalPlace::Name() const {
  return std::string_view(relative).substr(relative.rfind('/') + 1);
}

Result<LocalRoots> LocalRoots::Make(const std::optional<std::vector<std::string>>& locations,
                                    GuardedPaths guarded) {
  LocalRoots roots;
  roots.guarded_ = std::move(guarded);
  if (!locations.has_value()) {
    ASSIGN_OR_RETURN(Location top, Location::Parse("/"));
    FileDescriptor folder(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid()) {
      return ErrnoError(errno, "open", "/");
    }
    bool remote = IsRemote(folder.get());
    bool guards = roots.guarded_.AnyBelow("/");
    roots.roots_.push_back({std::move(top), std::move(folder), "/", remote, guards});
    return roots;
  }
  roots.confined_ = true;
  for (const std::string& location : *locations) {
    RETURN_IF_ERROR(roots.Add(location));
  }
  return roots;
}

Status LocalRoots::Add(const std::string& location) {
  if (!confined_) {
    return {};
  }
  ASSIGN_OR_RETURN(Root root, OpenRoot(location));
  std::unique_lock lock(*mutex_);
  auto known = std::ranges::find(roots_, root.location, &Root::location);
  if (known != roots_.end()) {
    return Renew(*known, std::move(root));
  }
  roots_.push_back(std::move(root));
  return {};
}

Status LocalRoots::Renew(Root& root, Root opened) {
  if (FolderIdOf(root.folder.get(), "") == FolderIdOf(opened.folder.get(), "")) {
    return {};
  }
  if (dup3(opened.folder.get(), root.folder.get(), O_CLOEXEC) < 0) {
    return ErrnoError(errno, "dup3", root.location.path());
  }
  root.real_path = std::move(opened.real_path);
  root.remote = opened.remote;
  root.guarded = opened.guarded;
  return {};
}

Result<LocalRoots::Root> LocalRoots::OpenRoot(const std::string& location) const {
  ASSIGN_OR_RETURN(Location parsed, ParseLocal(location));
  ASSIGN_OR_RETURN(LocalRoots everywhere, Make(std::nullopt, guarded_));
  auto open = [&]() -> Result<FileDescriptor> {
    ASSIGN_OR_RETURN(LocalPlace place, everywhere.Find(location));
    return everywhere.MakeFolder(place, place.relative, true);
  };
  auto folder = open();
  if (!folder.has_value()) {
    bool guarded = folder.error().code() == ErrorCode::kForbidden;
    return guarded ? TakeError(std::move(folder)).As(ErrorCode::kInvalidArgument)
                   : TakeError(std::move(folder));
  }
  std::string real_path = RealPath(folder->get());
  bool remote = IsRemote(folder->get());
  bool guarded = guarded_.AnyBelow(real_path);
  return Root{std::move(parsed), *std::move(folder), std::move(real_path), remote, guarded};
}

Result<LocalPlace> LocalRoots::Find(std::string_view location) const {
  ASSIGN_OR_RETURN(Location wanted, ParseLocal(location));
  if (guarded_.Holds(wanted.path())) {
    return Guarded(location);
  }
  std::shared_lock lock(*mutex_);
  for (const Root& root : roots_) {
    if (!root.location.Contains(wanted)) {
      continue;
    }
    size_t skip = root.location.path().size() == 1 ? 1 : root.location.path().size() + 1;
    std::string relative =
        wanted.path().size() < skip + 1 ? std::string(".") : wanted.path().substr(skip);
    return LocalPlace{root.folder.get(), std::move(relative), std::string(location), root.remote,
                      root.guarded};
  }
  return Error(ErrorCode::kForbidden,
               "Location is outside the allowed roots: " + std::string(location));
}

Result<FileDescriptor> LocalRoots::Open(const LocalPlace& place,
                                        std::string_view path,
                                        int flags) const {
  ASSIGN_OR_RETURN(FileDescriptor file, OpenAny(place, path, flags));
  RETURN_IF_ERROR(CheckOpen(place, file.get()));
  return file;
}

Status LocalRoots::CheckOpen(const LocalPlace& place, int file) const {
  return place.guarded && guarded_.Holds(RealPath(file)) ? Status(Guarded(place.text)) : Status();
}

Status LocalRoots::CheckEntry(const LocalPlace& place, int folder, std::string_view name) const {
  bool guarded = place.guarded && guarded_.Holds(RealPath(folder) + "/" + std::string(name));
  return guarded ? Status(Guarded(place.text)) : Status();
}

Status LocalRoots::CheckMade(const LocalPlace& place, int folder, std::string_view name) const {
  if (!place.guarded || guarded_.LeadsToOpen(RealPath(folder) + "/" + std::string(name))) {
    return {};
  }
  return CheckEntry(place, folder, name);
}

bool LocalRoots::IsRoot(int folder, std::string_view name) const {
  std::string path = RealPath(folder) + "/" + std::string(name);
  std::shared_lock lock(*mutex_);
  return std::ranges::any_of(roots_, [&](const Root& root) { return root.real_path == path; });
}

Result<FileDescriptor> LocalRoots::OpenAny(const LocalPlace& place,
                                           std::string_view path,
                                           int flags) const {
  std::string name(path);
  if (!confined_) {
    FileDescriptor file(openat(place.root, name.c_str(), flags | O_CLOEXEC));
    if (!file.valid()) {
      return ErrnoError(errno, "open", place.text);
    }
    return file;
  }
  FileDescriptor file(OpenBeneath(place.root, name, flags));
  if (file.valid()) {
    return file;
  }
  // No such system call, or one that a container's filter does not know.
  if (errno == ENOSYS || errno == EPERM) {
    return OpenThenCheck(place, name, flags);
  }
  return ErrnoError(errno, "openat2", place.text);
}

Result<FileDescriptor> LocalRoots::OpenThenCheck(const LocalPlace& place,
                                                 const std::string& path,
                                                 int flags) const {
  FileDescriptor file(openat(place.root, path.c_str(), flags | O_CLOEXEC));
  if (!file.valid()) {
    return ErrnoError(errno, "open", place.text);
  }
  std::string real_path = RealPath(file.get());
  std::shared_lock lock(*mutex_);
  for (const Root& root : roots_) {
    if (root.folder.get() == place.root && IsAtOrBelow(real_path, root.real_path)) {
      return file;
    }
  }
  return ErrnoError(EXDEV, "open", place.text);
}

Result<FileDescriptor> LocalRoots::OpenFolder(const LocalPlace& place,
                                              std::string_view path) const {
  return Open(place, path, O_RDONLY | O_DIRECTORY);
}

Result<FileDescriptor> LocalRoots::MakeFolder(const LocalPlace& place,
                                              std::string_view path,
                                              bool sync) const {
  auto open = [&](std::string_view name) { return OpenAny(place, name, O_RDONLY | O_DIRECTORY); };
  // Up to the nearest folder that is there, then down again. On the way a guarded folder may be
  // passed, to one below it that is open.
  auto folder = open(path);
  std::vector<size_t> ends;
  size_t end = path.size();
  while (!folder.has_value() && folder.error().code() == ErrorCode::kNotFound && end != 0) {
    ends.push_back(end);
    size_t slash = path.rfind('/', end - 1);
    end = slash == std::string_view::npos ? 0 : slash;
    folder = open(end == 0 ? "." : path.substr(0, end));
  }
  while (folder.has_value() && !ends.empty()) {
    size_t begin = end == 0 ? 0 : end + 1;
    end = ends.back();
    ends.pop_back();
    std::string name(path.substr(begin, end - begin));
    RETURN_IF_ERROR(CheckMade(place, folder->get(), name));
    if (mkdirat(folder->get(), name.c_str(), kFolderMode) == 0) {
      auto made = FolderIdOf(folder->get(), name);
      synced_->Forget(made.value_or(FolderId{}));
    } else if (errno != EEXIST) {
      return ErrnoError(errno, "mkdir", place.text);
    }
    folder = open(path.substr(0, end));
  }
  if (folder.has_value()) {
    RETURN_IF_ERROR(CheckOpen(place, folder->get()));
    RETURN_IF_ERROR(sync ? SyncEntries(place, path, folder->get()) : Status());
  }
  return folder;
}

Status LocalRoots::SyncEntries(const LocalPlace& place, std::string_view path, int folder) const {
  std::vector<FolderId> synced;
  FileDescriptor holder;
  while (path != ".") {
    auto id = FolderIdOf(folder, "");
    if (!id) {
      return ErrnoError(errno, "statx", place.text);
    }
    if (synced_->Holds(*id)) {
      break;
    }
    size_t slash = path.rfind('/');
    path = slash == std::string_view::npos ? "." : path.substr(0, slash);
    auto parent = OpenAny(place, path, O_RDONLY | O_DIRECTORY);
    if (!parent.has_value() && parent.error().code() == ErrorCode::kForbidden) {
      break;  // may be passed, not read: none of ours
    }
    ASSIGN_OR_RETURN(holder, std::move(parent));
    folder = holder.get();
    // A read-only file system keeps what it has; some know no sync of folders.
    int error = SyncFolder(folder);
    if (error != 0 && error != EINVAL && error != EROFS) {
      return ErrnoError(error, "fsync", place.text);
    }
    synced.push_back(*id);
  }
  synced_->Add(synced);
  return {};
}

}  // namespace firn::storage
