#include <algorithm>
#include <memory>

#include <dirent.h>
#include <fcntl.h>

#include "storage/local_listing_internal.h"

namespace firn::storage {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

struct Entry {
  /// Below the listed folder; a folder's ends with a slash, so that byte order is that of
  /// locations.
  std::string key;
  FileStat stat;

  bool is_folder() const { return key.ends_with('/'); }
};

class Walk {
 public:
  Walk(const LocalRoots& roots, const LocalPlace& place, const ListOptions& options)
      : roots_(roots),
        place_(place),
        base_(TrimTrailingSlashes(place.text)),
        limit_(static_cast<size_t>(std::clamp(options.limit, 1, 10'000))) {
    if (options.after.has_value() && options.after->size() > base_.size()) {
      after_ = options.after->substr(base_.size() + 1);
    }
  }

  Result<ListPage> Run() {
    RETURN_IF_ERROR(Visit(""));
    if (more_) {
      page_.next = page_.files.back().location;
    }
    return std::move(page_);
  }

 private:
  /// Lists the folder `key` (empty, or ending with a slash) until the page is full.
  Status Visit(const std::string& key) {
    ASSIGN_OR_RETURN(std::vector<Entry> entries, Entries(key));
    for (Entry& entry : entries) {
      if (more_) {
        break;
      }
      if (entry.is_folder()) {
        RETURN_IF_ERROR(Visit(entry.key));
      } else if (page_.files.size() == limit_) {
        more_ = true;
      } else {
        page_.files.push_back({base_ + "/" + entry.key, entry.stat});
      }
    }
    return {};
  }

  /// What lies in the folder behind `after_`, in order. A folder that vanished is empty, and so is
  /// one that is guarded, unless it is the one that was asked for.
  Result<std::vector<Entry>> Entries(const std::string& key) {
    std::vector<Entry> entries;
    auto opened = roots_.OpenFolder(place_, FolderPath(key));
    if (!opened.has_value()) {
      bool guarded = !key.empty() && opened.error().code() == ErrorCode::kForbidden;
      if (guarded || opened.error().code() == ErrorCode::kNotFound) {
        return entries;
      }
      return TakeError(std::move(opened));
    }
    int fd = opened->Release();
    std::unique_ptr<DIR, CloseFolder> folder(fdopendir(fd));
    if (folder == nullptr) {
      return ErrnoError(errno, "opendir", place_.text);
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own.
    while (const dirent* entry = readdir(folder.get())) {
      AddEntry(fd, key, entry->d_name, entries);
    }
    std::ranges::sort(entries, {}, &Entry::key);
    return entries;
  }

  void AddEntry(int fd,
                const std::string& key,
                std::string_view name,
                std::vector<Entry>& entries) {
    struct stat status{};
    if (name == "." || name == ".." || name.starts_with(kTemporaryPrefix) ||
        fstatat(fd, std::string(name).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      return;
    }
    std::string path = key + std::string(name);
    if (S_ISDIR(status.st_mode)) {
      path += '/';
      if (path > after_ || after_.starts_with(path)) {
        entries.push_back({std::move(path), {}});
      }
    } else if (S_ISREG(status.st_mode) && path > after_) {
      entries.push_back({std::move(path), ToFileStat(status)});
    }
  }

  std::string FolderPath(const std::string& key) const {
    if (key.empty()) {
      return place_.relative;
    }
    std::string below = key.substr(0, key.size() - 1);
    return place_.relative == "." ? below : place_.relative + "/" + below;
  }

  const LocalRoots& roots_;
  const LocalPlace& place_;
  std::string base_;
  size_t limit_;
  std::string after_;
  ListPage page_;
  bool more_ = false;
};

}  // namespace

FileStat ToFileStat(const struct stat& status) {
  return {status.st_size,
          TimestampMs(int64_t{status.st_mtim.tv_sec} * 1000 + status.st_mtim.tv_nsec / 1'000'000)};
}

Result<ListPage> ListLocalFiles(const LocalRoots& roots,
                                const LocalPlace& place,
                                const ListOptions& options) {
  return Walk(roots, place, options).Run();
}

}  // namespace firn::storage
