// TestFolder: a folder of its own under the temporary one, removed at the end.
//
// Thread-safety: one thread.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/uuid.h"

namespace firn::storage::testing {

class TestFolder {
 public:
  TestFolder()
      : path_(std::filesystem::temp_directory_path() / ("firn-" + Uuid::Random().ToString())) {
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string At(std::string_view relative) const { return (path_ / relative).string(); }
  /// Files below it, at any depth.
  size_t FileCount(std::string_view relative) const {
    return static_cast<size_t>(
        std::ranges::count_if(std::filesystem::recursive_directory_iterator(path_ / relative),
                              [](const auto& entry) { return entry.is_regular_file(); }));
  }

 private:
  std::filesystem::path path_;
};

}  // namespace firn::storage::testing
