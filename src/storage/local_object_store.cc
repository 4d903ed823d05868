#include "storage/local_object_store.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/random.h"
#include "base/waiting_scope.h"
#include "storage/local_listing_internal.h"
#include "storage/local_roots_internal.h"
#include "storage/name_new_file.h"

namespace firn::storage {
namespace {

constexpr mode_t kFileMode = 0666;

std::string TemporaryName() {
  uint64_t bits = RandomBits();
  return std::string(kTemporaryPrefix) +
         HexEncode({reinterpret_cast<const char*>(&bits), sizeof bits}) + ".tmp";
}

Status WriteAll(int fd, std::string_view bytes, std::string_view location) {
  while (!bytes.empty()) {
    ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return ErrnoError(errno, "write", location);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

struct Filled {
  size_t size = 0;
  /// 0 or an errno.
  int error_number = 0;
};

/// Fills `out` from `offset`, as far as the file goes.
Filled Fill(int fd, int64_t offset, std::span<char> out) {
  size_t done = 0;
  while (done < out.size()) {
    ssize_t got =
        pread(fd, out.data() + done, out.size() - done, offset + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return {done, got < 0 ? errno : 0};
    }
    done += static_cast<size_t>(got);
  }
  return {done};
}

/// Reads `length` bytes from `offset`, fewer at the end of the file.
Result<std::string> ReadAt(int fd, int64_t offset, int64_t length, std::string_view location) {
  std::string bytes;
  Filled filled;
  bytes.resize_and_overwrite(static_cast<size_t>(length), [&](char* data, size_t size) -> size_t {
    filled = Fill(fd, offset, {data, size});
    return filled.size;
  });
  if (filled.error_number != 0) {
    return ErrnoError(filled.error_number, "read", location);
  }
  return bytes;
}

class OpenLocalFile final : public OpenFile {
 public:
  OpenLocalFile(FileDescriptor file, std::string_view location)
      : file_(std::move(file)), location_(location) {}

  Result<int64_t> ReadAt(int64_t offset, std::span<char> out) override {
    const Filled filled = Fill(file_.get(), offset, out);
    if (filled.error_number != 0) {
      return ErrnoError(filled.error_number, "read", location_);
    }
    return static_cast<int64_t>(filled.size);
  }

 private:
  const FileDescriptor file_;
  const std::string location_;
};

/// 0 or an errno, which is read before the end of the scope: that may set another.
int SyncData(int fd) {
  WaitingScope waiting;
  return fdatasync(fd) == 0 ? 0 : errno;
}

Result<int64_t> RegularFileSize(int fd, std::string_view location) {
  struct stat status{};
  if (fstat(fd, &status) != 0) {
    return ErrnoError(errno, "stat", location);
  }
  if (!S_ISREG(status.st_mode)) {
    return ErrnoError(ENOENT, "open", location);
  }
  return status.st_size;
}

bool HoldsFile(const LocalPlace& place) {
  struct stat status{};
  return fstatat(place.root, place.relative.c_str(), &status, 0) == 0 && S_ISREG(status.st_mode);
}

/// Gives the finished temporary file its name. EEXIST where kCreateNew finds it taken.
int Publish(int folder, const std::string& from, const std::string& to, WriteMode mode) {
  if (mode == WriteMode::kOverwrite) {
    return renameat(folder, from.c_str(), folder, to.c_str()) == 0 ? 0 : errno;
  }
  return NameNewFile(folder, from, to);
}

}  // namespace

Result<std::unique_ptr<LocalObjectStore>> LocalObjectStore::Make(const LocalStoreOptions& options) {
  ASSIGN_OR_RETURN(LocalRoots roots,
                   LocalRoots::Make(options.roots, GuardedPaths(options.guarded)));
  return std::unique_ptr<LocalObjectStore>(
      new LocalObjectStore(std::make_unique<LocalRoots>(std::move(roots)), options.sync));
}

LocalObjectStore::LocalObjectStore(std::unique_ptr<LocalRoots> roots, bool sync)
    : roots_(std::move(roots)), sync_(sync) {}

LocalObjectStore::~LocalObjectStore() = default;

Status LocalObjectStore::AddRoot(const std::string& location) { return roots_->Add(location); }

Result<std::string> LocalObjectStore::Read(std::string_view location, int64_t max_bytes) {
  ASSIGN_OR_RETURN(LocalPlace place, roots_->Find(location));
  ASSIGN_OR_RETURN(FileDescriptor file, roots_->Open(place, place.relative, O_RDONLY | O_NONBLOCK));
  ASSIGN_OR_RETURN(int64_t size, RegularFileSize(file.get(), location));
  if (size > max_bytes) {
    return Error(ErrorCode::kPayloadTooLarge, "File is too large: " + std::string(location))
        .With("size_bytes", std::to_string(size))
        .With("limit_bytes", std::to_string(max_bytes));
  }
  return ReadAt(file.get(), 0, size, location);
}

Result<std::string> LocalObjectStore::ReadRange(std::string_view location,
                                                int64_t offset,
                                                int64_t length) {
  ASSIGN_OR_RETURN(LocalPlace place, roots_->Find(location));
  ASSIGN_OR_RETURN(FileDescriptor file, roots_->Open(place, place.relative, O_RDONLY | O_NONBLOCK));
  ASSIGN_OR_RETURN(int64_t size, RegularFileSize(file.get(), location));
  if (offset < 0 || length < 0 || offset > size) {
    return Error(ErrorCode::kInvalidArgument, "Range is outside the file: " + place.text);
  }
  return ReadAt(file.get(), offset, std::min(length, size - offset), location);
}

Result<std::unique_ptr<OpenFile>> LocalObjectStore::OpenLocal(std::string_view location) {
  ASSIGN_OR_RETURN(LocalPlace place, roots_->Find(location));
  if (place.remote) {
    return std::unique_ptr<OpenFile>();
  }
  ASSIGN_OR_RETURN(FileDescriptor file, roots_->Open(place, place.relative, O_RDONLY | O_NONBLOCK));
  RETURN_IF_ERROR(RegularFileSize(file.get(), location));
  return std::unique_ptr<OpenFile>(std::make_unique<OpenLocalFile>(std::move(file), location));
}

Status LocalObjectStore::Write(std::string_view location, std::string_view bytes, WriteMode mode) {
  ASSIGN_OR_RETURN(LocalPlace place, roots_->Find(location));
  if (place.relative == "." || location.ends_with('/')) {
    return Error(ErrorCode::kInvalidArgument, "Location names no file: " + place.text);
  }
  // Who cleans up may remove the empty folder between its making and the file's.
  constexpr int kTries = 32;
  for (int tries = 1;; ++tries) {
    Status status = TryWrite(place, bytes, mode);
    bool vanished = !status.has_value() && status.error().code() == ErrorCode::kNotFound;
    if (!vanished || tries == kTries) {
      return status;
    }
  }
}

Status LocalObjectStore::TryWrite(const LocalPlace& place, std::string_view bytes, WriteMode mode) {
  ASSIGN_OR_RETURN(FileDescriptor folder, roots_->MakeFolder(place, place.Folder(), sync_));
  RETURN_IF_ERROR(roots_->CheckEntry(place, folder.get(), place.Name()));
  return WriteInFolder(folder.get(), place, bytes, mode);
}

Status LocalObjectStore::WriteInFolder(int folder,
                                       const LocalPlace& place,
                                       std::string_view bytes,
                                       WriteMode mode) {
  std::string temporary = TemporaryName();
  FileDescriptor file(openat(folder, temporary.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
  if (!file.valid()) {
    return ErrnoError(errno, "create", place.text);
  }
  Status status = WriteAll(file.get(), bytes, place.text);
  if (int error = status.has_value() && sync_ ? SyncData(file.get()) : 0; error != 0) {
    status = ErrnoError(error, "fdatasync", place.text);
  }
  // Some file systems report a failed write only here.
  if (close(file.Release()) != 0 && status.has_value()) {
    status = ErrnoError(errno, "close", place.text);
  }
  if (status.has_value()) {
    int failed = Publish(folder, temporary, std::string(place.Name()), mode);
    if (failed == EEXIST) {
      status = Error(ErrorCode::kAlreadyExists, "File already exists: " + place.text);
    } else if (failed != 0) {
      status = failed == EISDIR ? ErrnoError(EIO, "rename", place.text)
                                : ErrnoError(failed, "rename", place.text);
    }
  }
  if (!status.has_value()) {
    unlinkat(folder, temporary.c_str(), 0);
    return status;
  }
  if (int error = sync_ ? SyncFolder(folder) : 0; error != 0) {
    return ErrnoError(error, "fsync", place.text);
  }
  return {};
}

Result<FileStat> LocalObjectStore::Stat(std::string_view location) {
  ASSIGN_OR_RETURN(LocalPlace place, roots_->Find(location));
  struct stat status{};
  if (!roots_->confined() && !place.guarded) {
    if (fstatat(place.root, place.relative.c_str(), &status, 0) != 0) {
      return ErrnoError(errno, "stat", location);
    }
  } else {
    ASSIGN_OR_RETURN(FileDescriptor file, roots_->Open(place, place.relative, O_PATH));
    if (fstat(file.get(), &status) != 0) {
      return ErrnoError(errno, "stat", location);
    }
  }
  if (!S_ISREG(status.st_mode)) {
    return ErrnoError(ENOENT, "stat", location);
  }
  return ToFileStat(status);
}

bool LocalObjectStore::StillThere(std::string_view location) {
  auto place = roots_->Find(location);
  return place.has_value() && HoldsFile(*place);
}

Sighting LocalObjectStore::Glance(std::string_view location) {
  auto place = roots_->Find(location);
  if (!place.has_value() || place->remote) {
    return Sighting::kUnknown;
  }
  return HoldsFile(*place) ? Sighting::kThere : Sighting::kGone;
}

Status LocalObjectStore::Delete(std::string_view location) {
  ASSIGN_OR_RETURN(LocalPlace place, roots_->Find(location));
  auto folder = roots_->OpenFolder(place, place.Folder());
  if (!folder.has_value()) {
    return folder.error().code() == ErrorCode::kNotFound ? Status() : TakeError(std::move(folder));
  }
  RETURN_IF_ERROR(roots_->CheckEntry(place, folder->get(), place.Name()));
  if (unlinkat(folder->get(), std::string(place.Name()).c_str(), 0) != 0 && errno != ENOENT) {
    return errno == EISDIR
               ? Error(ErrorCode::kInvalidArgument, "Location is a folder: " + place.text)
               : ErrnoError(errno, "unlink", location);
  }
  return {};
}

Result<ListPage> LocalObjectStore::List(std::string_view prefix, const ListOptions& options) {
  ASSIGN_OR_RETURN(LocalPlace place, roots_->Find(prefix));
  return ListLocalFiles(*roots_, place, options);
}

Status LocalObjectStore::EnsureDirectory(std::string_view location) {
  ASSIGN_OR_RETURN(LocalPlace place, roots_->Find(location));
  RETURN_IF_ERROR(roots_->MakeFolder(place, place.relative, sync_));
  return {};
}

Result<bool> LocalObjectStore::RemoveEmptyFolder(std::string_view location) {
  ASSIGN_OR_RETURN(LocalPlace place, roots_->Find(location));
  if (place.relative == ".") {
    return false;
  }
  auto folder = roots_->OpenFolder(place, place.Folder());
  if (!folder.has_value()) {
    bool gone = folder.error().code() == ErrorCode::kNotFound;
    return gone ? Result<bool>(true) : TakeError(std::move(folder));
  }
  std::string name(place.Name());
  RETURN_IF_ERROR(roots_->CheckEntry(place, folder->get(), name));
  if (roots_->IsRoot(folder->get(), name)) {
    return false;
  }
  auto known = FolderIdOf(folder->get(), name);
  if (unlinkat(folder->get(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) {
    if (known) {
      roots_->synced().Forget(*known);
    }
    return true;
  }
  bool stays = errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR || errno == EBUSY;
  return stays ? Result<bool>(false) : ErrnoError(errno, "rmdir", location);
}

}  // namespace firn::storage
