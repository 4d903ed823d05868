// RegistryFile: a file of Feast's registry, read when it is first asked for and again where it has
// changed since: by its size, its time and its place in the file system. Feast empties the file
// before it writes it again: one that is empty, or changes while it is read, is read again within a
// second.
//
// Errors: kNotFound for a file that is not there; kUnavailable where it stays so; kPayloadTooLarge
// above kMaxRegistryBytes; those of ReadFeastRegistry. A file that cannot be read any more is an
// error, not the registry of before. Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "features/definitions/feast_registry.h"

namespace firn::features {

inline constexpr int64_t kMaxRegistryBytes = int64_t{256} << 20;

class RegistryFile {
 public:
  explicit RegistryFile(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  Result<std::shared_ptr<const FeastRegistry>> Load();

 private:
  struct Version {
    uint64_t inode = 0;
    int64_t size_bytes = 0;
    int64_t changed_ns = 0;
    friend bool operator==(const Version&, const Version&) = default;
  };

  Result<Version> Look() const;
  /// nullopt where it is being written.
  Result<std::optional<std::string>> Read(const Version& version) const;

  const std::string path_;
  std::mutex mutex_;
  Version version_;
  std::shared_ptr<const FeastRegistry> registry_;
};

}  // namespace firn::features
