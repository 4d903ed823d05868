// SummaryBuilder: counts what a snapshot adds and removes, and prints its summary: the caller's
// pairs, the changes, and the totals, which follow from those of the parent. Source: specification,
// "Optional Snapshot Summary Fields"; keys, order and when a key is absent are those of the
// reference implementation.
//
// Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/metadata/snapshot.h"

namespace firn::table {

class SummaryBuilder {
 public:
  void Add(const iceberg::DataFile& file, iceberg::SpecId spec);
  void Remove(const iceberg::DataFile& file, iceberg::SpecId spec);

  using Pairs = std::span<const std::pair<std::string, std::string>>;

  /// `parent` is null where the snapshot begins a history. A total that the parent does not say
  /// stays unsaid.
  iceberg::SnapshotSummary Finish(const iceberg::Snapshot* parent,
                                  Pairs first,
                                  Pairs environment) const;

 private:
  /// One direction of the change.
  struct Counts {
    int64_t bytes = 0;
    int64_t data_files = 0;
    int64_t records = 0;
    int64_t delete_files = 0;
    int64_t equality_delete_files = 0;
    int64_t position_delete_files = 0;
    int64_t vectors = 0;
    int64_t position_deletes = 0;
    int64_t equality_deletes = 0;
  };

  static void Count(const iceberg::DataFile& file, Counts& counts);

  Counts added_;
  Counts removed_;
  std::set<std::string> partitions_;
};

}  // namespace firn::table
