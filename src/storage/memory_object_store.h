// InMemoryObjectStore: ObjectStore in a map, for tests and simulations. Serves every scheme; two
// texts of one place (location.h) are one file.
//
// Thread-safety: any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "storage/object_store.h"

namespace firn::storage {

class InMemoryObjectStore final : public ObjectStore {
 public:
  /// `clock` gives modification times and must outlive the store.
  explicit InMemoryObjectStore(const Clock& clock) : clock_(clock) {}

  Result<std::string> Read(std::string_view location, int64_t max_bytes) override;
  Result<std::string> ReadRange(std::string_view location, int64_t offset, int64_t length) override;
  Status Write(std::string_view location, std::string_view bytes, WriteMode mode) override;
  Result<FileStat> Stat(std::string_view location) override;
  Sighting Glance(std::string_view location) override {
    return Stat(location).has_value() ? Sighting::kThere : Sighting::kGone;
  }
  Status Delete(std::string_view location) override;
  Result<ListPage> List(std::string_view prefix, const ListOptions& options) override;
  Status EnsureDirectory(std::string_view location) override;

  /// How many files there are.
  size_t size() const;

 private:
  struct File {
    std::string bytes;
    TimestampMs modified;
  };

  const Clock& clock_;
  mutable std::mutex mutex_;
  /// By canonical location.
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace firn::storage
