#include "storage/store_router.h"

#include <algorithm>
#include <limits>
#include <mutex>
#include <utility>

namespace firn::storage {
namespace {

/// As almost every local location is written: no need to take it apart.
bool IsPlainlyLocal(std::string_view location) {
  return location.starts_with('/') || location.starts_with("file:");
}

}  // namespace

void StoreRouter::AddScheme(std::string scheme, StoreFactory factory) {
  factories_.insert_or_assign(std::move(scheme), std::move(factory));
}

Status StoreRouter::AddRoot(const std::string& location) {
  // What configuration and database name is there; not to start would help nobody.
  return AddRootBelow(std::numeric_limits<size_t>::max(), location);
}

Status StoreRouter::AddRequestedRoot(const std::string& location) {
  return AddRootBelow(kMaxRoots, location);
}

Status StoreRouter::AddRootBelow(size_t most, const std::string& location) {
  ASSIGN_OR_RETURN(Location root, Location::Parse(location));
  std::scoped_lock adding(adding_);
  bool known = Knows(root);
  if (!known && roots_.size() >= most) {
    return Error(ErrorCode::kConflict,
                 "No further place can be opened until the next start: " + location)
        .With("limit", std::to_string(most));
  }
  RETURN_IF_ERROR(OpenRoot(root, location));
  if (!known) {
    std::unique_lock lock(mutex_);
    roots_.push_back(std::move(root));
  }
  return {};
}

bool StoreRouter::Knows(const Location& root) {
  std::shared_lock lock(mutex_);
  return std::ranges::find(roots_, root) != roots_.end();
}

Status StoreRouter::OpenRoot(const Location& root, const std::string& location) {
  if (root.scheme() == "file") {
    return local_->AddRoot(location);
  }
  std::unique_lock lock(mutex_);
  if (!stores_.contains(root.scheme())) {
    auto factory = factories_.find(root.scheme());
    if (factory == factories_.end()) {
      return Error(ErrorCode::kInvalidArgument, "No storage serves the location: " + location);
    }
    ASSIGN_OR_RETURN(auto store, factory->second());
    stores_.emplace(root.scheme(), std::move(store));
  }
  return {};
}

Result<ObjectStore*> StoreRouter::Find(std::string_view location) {
  if (IsPlainlyLocal(location)) {
    return local_.get();
  }
  ASSIGN_OR_RETURN(Location wanted, Location::Parse(location));
  if (wanted.scheme() == "file") {
    return local_.get();
  }
  std::shared_lock lock(mutex_);
  if (!factories_.contains(wanted.scheme())) {
    return Error(ErrorCode::kInvalidArgument,
                 "No storage serves the location: " + std::string(location));
  }
  if (std::ranges::none_of(roots_, [&](const Location& root) { return root.Contains(wanted); })) {
    return Error(ErrorCode::kForbidden,
                 "Location is outside the allowed roots: " + std::string(location));
  }
  return stores_.find(wanted.scheme())->second.get();
}

Result<std::string> StoreRouter::Read(std::string_view location, int64_t max_bytes) {
  ASSIGN_OR_RETURN(ObjectStore * store, Find(location));
  return store->Read(location, max_bytes);
}

Result<std::string> StoreRouter::ReadRange(std::string_view location,
                                           int64_t offset,
                                           int64_t length) {
  ASSIGN_OR_RETURN(ObjectStore * store, Find(location));
  return store->ReadRange(location, offset, length);
}

Result<std::unique_ptr<OpenFile>> StoreRouter::OpenLocal(std::string_view location) {
  ASSIGN_OR_RETURN(ObjectStore * store, Find(location));
  return store->OpenLocal(location);
}

Status StoreRouter::Write(std::string_view location, std::string_view bytes, WriteMode mode) {
  ASSIGN_OR_RETURN(ObjectStore * store, Find(location));
  return store->Write(location, bytes, mode);
}

Result<FileStat> StoreRouter::Stat(std::string_view location) {
  ASSIGN_OR_RETURN(ObjectStore * store, Find(location));
  return store->Stat(location);
}

bool StoreRouter::StillThere(std::string_view location) {
  auto store = Find(location);
  return store.has_value() && (*store)->StillThere(location);
}

Sighting StoreRouter::Glance(std::string_view location) {
  auto store = Find(location);
  return store.has_value() ? (*store)->Glance(location) : Sighting::kUnknown;
}

Status StoreRouter::Delete(std::string_view location) {
  ASSIGN_OR_RETURN(ObjectStore * store, Find(location));
  return store->Delete(location);
}

Status StoreRouter::DeleteMany(std::span<const std::string> locations) {
  Status first;
  auto note = [&first](Status status) {
    if (!status.has_value() && first.has_value()) {
      first = std::move(status);
    }
  };
  std::map<ObjectStore*, std::vector<std::string>> by_store;
  for (const std::string& location : locations) {
    auto store = Find(location);
    if (store.has_value()) {
      by_store[*store].push_back(location);
    } else {
      note(TakeError(std::move(store)));
    }
  }
  for (const auto& [store, files] : by_store) {
    note(store->DeleteMany(files));
  }
  return first;
}

Result<ListPage> StoreRouter::List(std::string_view prefix, const ListOptions& options) {
  ASSIGN_OR_RETURN(ObjectStore * store, Find(prefix));
  return store->List(prefix, options);
}

Status StoreRouter::EnsureDirectory(std::string_view location) {
  ASSIGN_OR_RETURN(ObjectStore * store, Find(location));
  return store->EnsureDirectory(location);
}

Result<bool> StoreRouter::RemoveEmptyFolder(std::string_view location) {
  ASSIGN_OR_RETURN(ObjectStore * store, Find(location));
  return store->RemoveEmptyFolder(location);
}

}  // namespace firn::storage
