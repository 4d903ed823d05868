// LocalObjectStore: ObjectStore on the local file system. Files are written beside their place,
// synced, renamed and their folder synced, so that a name only ever holds complete, durable bytes.
//
// With `roots`, only files at or below one of them are served. The kernel checks that (openat2 with
// RESOLVE_BENEATH relative to the root), so neither a symbolic link nor a race leads out; where it
// has no openat2, what was opened is asked for its real path before it is used. Without `roots`
// every path is served. What is guarded (guarded_paths.h) never is: every call answers kForbidden.
//
// Thread-safety: any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/guarded_paths.h"
#include "storage/location.h"
#include "storage/object_store.h"

namespace firn::storage {

class LocalRoots;
struct LocalPlace;

struct LocalStoreOptions {
  /// Locations of folders, made where missing: only they are served, nothing where none is named.
  /// nullopt: no confinement.
  std::optional<std::vector<std::string>> roots;
  /// Refused below any root.
  std::vector<GuardedPath> guarded;
  /// Off only in tests that never lose power: skips fsync.
  bool sync = true;
};

class LocalObjectStore final : public ObjectStore {
 public:
  /// Errors: kInvalidArgument for a root that is no local location; kIoError where it cannot be
  /// opened.
  static Result<std::unique_ptr<LocalObjectStore>> Make(const LocalStoreOptions& options);
  ~LocalObjectStore() override;

  /// Allows one more folder, made where it is missing: a warehouse that was created while serving.
  /// Errors: as Make; kInvalidArgument too where it is guarded: then nothing is made.
  Status AddRoot(const std::string& location);

  Result<std::string> Read(std::string_view location, int64_t max_bytes) override;
  Result<std::string> ReadRange(std::string_view location, int64_t offset, int64_t length) override;
  /// Null for roots on a network file system.
  Result<std::unique_ptr<OpenFile>> OpenLocal(std::string_view location) override;
  Status Write(std::string_view location, std::string_view bytes, WriteMode mode) override;
  Result<FileStat> Stat(std::string_view location) override;
  bool StillThere(std::string_view location) override;
  Sighting Glance(std::string_view location) override;
  Status Delete(std::string_view location) override;
  Result<ListPage> List(std::string_view prefix, const ListOptions& options) override;
  Status EnsureDirectory(std::string_view location) override;
  Result<bool> RemoveEmptyFolder(std::string_view location) override;

 private:
  LocalObjectStore(std::unique_ptr<LocalRoots> roots, bool sync);

  Status TryWrite(const LocalPlace& place, std::string_view bytes, WriteMode mode);
  Status WriteInFolder(int folder, const LocalPlace& place, std::string_view bytes, WriteMode mode);

  std::unique_ptr<LocalRoots> roots_;
  bool sync_;
};

}  // namespace firn::storage
