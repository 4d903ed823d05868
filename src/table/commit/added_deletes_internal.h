// AddedDeletes: delete files that others committed, asked whether they touch a data file that a
// change removes or rewrites. Rather too often yes than too seldom. Source: specification, "Scan
// Planning".
//
// Thread-safety: immutable after the last Add.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/schema/ids.h"
#include "iceberg/schema/partition_spec.h"

namespace firn::table {

class AddedDeletes {
 public:
  /// `spec` is that of the file's manifest.
  void Add(const iceberg::DataFile& file, const iceberg::PartitionSpec& spec);

  bool empty() const { return empty_; }

  /// Position deletes or vectors that may touch the file.
  bool PositionsTouch(const iceberg::DataFile& file, iceberg::SpecId spec) const;
  bool EqualitiesTouch(const iceberg::DataFile& file, iceberg::SpecId spec) const;

 private:
  /// The least and greatest path that a position delete file names, as far as is known.
  struct PathRange {
    std::string least;
    std::optional<std::string> greatest;
  };

  bool empty_ = true;
  bool equality_everywhere_ = false;
  std::set<std::string> equality_partitions_;
  std::set<std::string> paths_;
  std::map<std::string, std::vector<PathRange>> by_partition_;
};

}  // namespace firn::table
