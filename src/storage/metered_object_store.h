// MeteredObjectStore: passes every call on and counts it: how long it took, how many failed, how
// many bytes went. For /metrics. What only glances (StillThere, Glance) is not counted: it is asked
// for every read of a table.
//
// A missing file is an answer, not a failure. Thread-safety: as the store below.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/latency_histogram.h"
#include "storage/object_store.h"

namespace firn::storage {

enum class StoreCall : uint8_t {
  kRead,
  kReadRange,
  kWrite,
  kStat,
  kDelete,
  kList,
  kEnsureFolder,
  kRemoveFolder
};
inline constexpr std::array<std::string_view, 8> kStoreCallNames = {
    "read", "read_range", "write", "stat", "delete", "list", "ensure_folder", "remove_folder"};

class MeteredObjectStore final : public ObjectStore {
 public:
  struct CallStats {
    LatencySnapshot latency;
    uint64_t failures = 0;
  };

  /// `inner` must outlive this store.
  explicit MeteredObjectStore(ObjectStore& inner) : inner_(inner) {}

  CallStats stats(StoreCall call) const;
  uint64_t bytes_read() const { return bytes_read_; }
  uint64_t bytes_written() const { return bytes_written_; }

  Result<std::string> Read(std::string_view location, int64_t max_bytes) override;
  Result<std::string> ReadRange(std::string_view location, int64_t offset, int64_t length) override;
  /// Each of the file's reads is a kReadRange, and a file that cannot be opened is a failed one.
  /// The file must not outlive this store.
  Result<std::unique_ptr<OpenFile>> OpenLocal(std::string_view location) override;
  Status Write(std::string_view location, std::string_view bytes, WriteMode mode) override;
  Result<FileStat> Stat(std::string_view location) override;
  bool StillThere(std::string_view location) override { return inner_.StillThere(location); }
  Sighting Glance(std::string_view location) override { return inner_.Glance(location); }
  Status Delete(std::string_view location) override;
  Status DeleteMany(std::span<const std::string> locations) override;
  Result<ListPage> List(std::string_view prefix, const ListOptions& options) override;
  Status EnsureDirectory(std::string_view location) override;
  Result<bool> RemoveEmptyFolder(std::string_view location) override;

 private:
  class MeteredFile;
  struct Counts {
    LatencyHistogram latency;
    std::atomic<uint64_t> failures = 0;
  };

  template <class Call>
  auto Count(StoreCall kind, Call call) -> decltype(call());

  ObjectStore& inner_;
  std::array<Counts, kStoreCallNames.size()> counts_;
  std::atomic<uint64_t> bytes_read_ = 0;
  std::atomic<uint64_t> bytes_written_ = 0;
};

}  // namespace firn::storage
