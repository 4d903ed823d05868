// RegistryFile: a file of Feast's registry, read when it is first asked for and again where it has
// changed since: by its size, its time and its place in the file system (Feast replaces it whole).
//
// Errors: kNotFound for a file that is not there; kPayloadTooLarge above kMaxRegistryBytes; those
// of ReadFeastRegistry. A file that cannot be read any more is an error, not the registry of
// before. Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
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

  const std::string path_;
  std::mutex mutex_;
  Version version_;
  std::shared_ptr<const FeastRegistry> registry_;
};

}  // namespace firn::features
