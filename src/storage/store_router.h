// StoreRouter: one ObjectStore over several, chosen by a location's scheme: local files, and stores
// such as S3 that are made when the first root with their scheme comes.
//
// Only what lies at or below a root is served; else kForbidden. Local files are confined by
// LocalObjectStore itself (links!), others here by their text: object stores have no links. A
// scheme that no store serves is kInvalidArgument.
//
// Thread-safety: any thread; AddScheme before the first other call.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "storage/local_object_store.h"
#include "storage/location.h"
#include "storage/object_store.h"

namespace firn::storage {

class StoreRouter final : public ObjectStore {
 public:
  /// Touches no network.
  using StoreFactory = std::function<Result<std::unique_ptr<ObjectStore>>()>;

  explicit StoreRouter(std::unique_ptr<LocalObjectStore> local) : local_(std::move(local)) {}

  /// `scheme` as Location::scheme names it, not `file`.
  void AddScheme(std::string scheme, StoreFactory factory);

  /// Places that requests may open, with all that are open already: each is looked at for a
  /// location, and a local one is an open folder.
  static constexpr size_t kMaxRoots = 2'000;

  /// Allows one more place: a folder, made where it is missing, or a bucket or a prefix of one. One
  /// that is allowed already takes nothing. Errors: as LocalObjectStore::AddRoot; the factory's;
  /// kInvalidArgument for a scheme that no store serves.
  Status AddRoot(const std::string& location);
  /// The same for a place that a request names. Errors: also kConflict above kMaxRoots.
  Status AddRequestedRoot(const std::string& location);

  Result<std::string> Read(std::string_view location, int64_t max_bytes) override;
  Result<std::string> ReadRange(std::string_view location, int64_t offset, int64_t length) override;
  Result<std::unique_ptr<OpenFile>> OpenLocal(std::string_view location) override;
  Status Write(std::string_view location, std::string_view bytes, WriteMode mode) override;
  Result<FileStat> Stat(std::string_view location) override;
  bool StillThere(std::string_view location) override;
  Sighting Glance(std::string_view location) override;
  Status Delete(std::string_view location) override;
  Status DeleteMany(std::span<const std::string> locations) override;
  Result<ListPage> List(std::string_view prefix, const ListOptions& options) override;
  Status EnsureDirectory(std::string_view location) override;
  Result<bool> RemoveEmptyFolder(std::string_view location) override;

 private:
  /// A new root only where there are fewer than `most`.
  Status AddRootBelow(size_t most, const std::string& location);
  bool Knows(const Location& root);
  /// Makes the root's store where it is the first of its scheme; a local folder is opened.
  Status OpenRoot(const Location& root, const std::string& location);
  /// The store that serves the location.
  Result<ObjectStore*> Find(std::string_view location);

  std::unique_ptr<LocalObjectStore> local_;
  std::map<std::string, StoreFactory, std::less<>> factories_;
  /// Of AddRoot: one at a time.
  std::mutex adding_;
  std::shared_mutex mutex_;
  /// By scheme; never taken out.
  std::map<std::string, std::unique_ptr<ObjectStore>, std::less<>> stores_;
  std::vector<Location> roots_;
};

}  // namespace firn::storage
