// TableState: what a writer must know of a table to append to it. Shared by the connections that
// write to it: the last one that succeeded tells the others.
//
// Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace firn::bench {

class TableState {
 public:
  struct Head {
    int64_t snapshot_id = -1;
    int64_t sequence_number = 0;
  };

  /// From the answer of a GET of the table.
  explicit TableState(std::string_view loaded);

  const std::string& uuid() const { return uuid_; }
  const std::string& location() const { return location_; }
  Head head() const;
  /// A commit succeeded; an older one than known changes nothing.
  void Advance(const Head& head);

 private:
  std::string uuid_;
  std::string location_;
  mutable std::mutex mutex_;
  Head head_;
};

}  // namespace firn::bench
