#include "storage/memory_object_store.h"

#include <algorithm>

#include "storage/location.h"

namespace firn::storage {
namespace {

Error Missing(std::string_view location) {
  return Error(ErrorCode::kNotFound,
               "Failed to open input stream for file: " + std::string(location));
}

Result<std::string> Key(std::string_view location) {
  ASSIGN_OR_RETURN(Location parsed, Location::Parse(location));
  return parsed.Canonical();
}

}  // namespace

Result<std::string> InMemoryObjectStore::Read(std::string_view location, int64_t max_bytes) {
  ASSIGN_OR_RETURN(std::string key, Key(location));
  std::scoped_lock lock(mutex_);
  auto found = files_.find(key);
  if (found == files_.end()) {
    return Missing(location);
  }
  if (static_cast<int64_t>(found->second.bytes.size()) > max_bytes) {
    return Error(ErrorCode::kPayloadTooLarge, "File is too large: " + std::string(location));
  }
  return found->second.bytes;
}

Result<std::string> InMemoryObjectStore::ReadRange(std::string_view location,
                                                   int64_t offset,
                                                   int64_t length) {
  ASSIGN_OR_RETURN(std::string bytes, Read(location, INT64_MAX));
  if (offset < 0 || length < 0 || offset > static_cast<int64_t>(bytes.size())) {
    return Error(ErrorCode::kInvalidArgument,
                 "Range is outside the file: " + std::string(location));
  }
  return bytes.substr(static_cast<size_t>(offset), static_cast<size_t>(length));
}

Status InMemoryObjectStore::Write(std::string_view location,
                                  std::string_view bytes,
                                  WriteMode mode) {
  ASSIGN_OR_RETURN(std::string key, Key(location));
  if (location.ends_with('/')) {
    return Error(ErrorCode::kInvalidArgument, "Location names no file: " + std::string(location));
  }
  std::scoped_lock lock(mutex_);
  if (mode == WriteMode::kCreateNew && files_.contains(key)) {
    return Error(ErrorCode::kAlreadyExists, "File already exists: " + std::string(location));
  }
  files_[key] = File{std::string(bytes), clock_.Now()};
  return {};
}

Result<FileStat> InMemoryObjectStore::Stat(std::string_view location) {
  ASSIGN_OR_RETURN(std::string key, Key(location));
  std::scoped_lock lock(mutex_);
  auto found = files_.find(key);
  if (found == files_.end()) {
    return Missing(location);
  }
  return FileStat{static_cast<int64_t>(found->second.bytes.size()), found->second.modified};
}

Status InMemoryObjectStore::Delete(std::string_view location) {
  ASSIGN_OR_RETURN(std::string key, Key(location));
  std::scoped_lock lock(mutex_);
  files_.erase(key);
  return {};
}

Result<ListPage> InMemoryObjectStore::List(std::string_view prefix, const ListOptions& options) {
  ASSIGN_OR_RETURN(std::string folder, Key(prefix));
  folder += '/';
  std::string base(TrimTrailingSlashes(prefix));
  std::string after = folder;
  if (options.after.has_value()) {
    ASSIGN_OR_RETURN(after, Key(*options.after));
  }
  auto limit = static_cast<size_t>(std::clamp(options.limit, 1, 10'000));
  ListPage page;
  std::scoped_lock lock(mutex_);
  for (auto it = files_.upper_bound(after); it != files_.end(); ++it) {
    if (!it->first.starts_with(folder)) {
      break;
    }
    if (page.files.size() == limit) {
      page.next = page.files.back().location;
      break;
    }
    page.files.push_back({base + "/" + it->first.substr(folder.size()),
                          {static_cast<int64_t>(it->second.bytes.size()), it->second.modified}});
  }
  return page;
}

Status InMemoryObjectStore::EnsureDirectory(std::string_view location) {
  RETURN_IF_ERROR(Key(location));
  return {};
}

size_t InMemoryObjectStore::size() const {
  std::scoped_lock lock(mutex_);
  return files_.size();
}

}  // namespace firn::storage
