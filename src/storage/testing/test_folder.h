// TestFolder: a folder of its own under the temporary one, removed at the end.
//
// Thread-safety: one thread.
#pragma once

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

 private:
  std::filesystem::path path_;
};

}  // namespace firn::storage::testing
