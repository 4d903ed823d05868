#include "table/commit/file_matcher.h"

#include <set>
#include <utility>

#include "iceberg/schema/partition_key.h"

namespace firn::table {
namespace {

class PartitionMatcher final : public FileMatcher {
 public:
  explicit PartitionMatcher(std::span<const PartitionOf> partitions) {
    for (const PartitionOf& one : partitions) {
      specs_.insert(one.spec);
      keys_.insert(iceberg::PartitionKey(one.spec, one.partition));
    }
  }

  bool MayMatch(const iceberg::ManifestFile& manifest) const override {
    return specs_.contains(manifest.spec_id);
  }

  Result<FileMatch> Match(const iceberg::DataFile& file, iceberg::SpecId spec) const override {
    return keys_.contains(iceberg::PartitionKey(spec, file.partition)) ? FileMatch::kAll
                                                                       : FileMatch::kNone;
  }

 private:
  std::set<iceberg::SpecId> specs_;
  std::set<std::string> keys_;
};

class AnyFile final : public FileMatcher {
 public:
  bool MayMatch(const iceberg::ManifestFile&) const override { return true; }
  Result<FileMatch> Match(const iceberg::DataFile&, iceberg::SpecId) const override {
    return FileMatch::kAll;
  }
};

}  // namespace

FileMatcherPtr MatchPartitions(std::span<const PartitionOf> partitions) {
  return std::make_shared<PartitionMatcher>(partitions);
}

FileMatcherPtr MatchEverything() { return std::make_shared<AnyFile>(); }

}  // namespace firn::table
