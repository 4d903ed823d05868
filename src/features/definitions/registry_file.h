// RegistryFile: a file of Feast's registry, read when it is first asked for and again where it has
// changed since: by its size, its time and its place in the file system. Feast empties the file
// before it writes it again: one that is empty, or changes while it is read, is read again within a
// second.
//
// Errors: definitions.h; kUnavailable where it stays so. Thread-safety: one thread at a time
// (shared_definitions.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "features/definitions/definitions.h"
#include "features/definitions/load_troubles.h"

namespace firn::features {

class RegistryFile final : public Definitions {
 public:
  RegistryFile(std::string path, OnLoadTrouble on_trouble)
      : path_(std::move(path)), troubles_(std::move(on_trouble)) {}

  const std::string& name() const override { return path_; }
  Result<std::shared_ptr<const FeastRegistry>> Load() override;

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
  Status Refresh();

  const std::string path_;
  LoadTroubles troubles_;
  Version version_;
  std::shared_ptr<const FeastRegistry> registry_;
};

}  // namespace firn::features
