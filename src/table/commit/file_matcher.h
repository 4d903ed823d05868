// FileMatcher: which files a change concerns: what an overwrite replaces, a delete removes, a
// conflict check looks for. Implemented by partition here (MatchPartitions) and by row filters
// where expressions are evaluated.
//
// Errors of Match: those of evaluating a filter. Thread-safety: immutable, any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/schema/ids.h"

namespace firn::table {

/// How many of a file's rows match.
enum class FileMatch : uint8_t {
  kNone,
  kMaybe,  ///< Not known, or some but not all.
  kAll,
};

class FileMatcher {
 public:
  virtual ~FileMatcher() = default;

  /// False where no file of the manifest can match.
  virtual bool MayMatch(const iceberg::ManifestFile& manifest) const = 0;
  virtual Result<FileMatch> Match(const iceberg::DataFile& file, iceberg::SpecId spec) const = 0;
};

using FileMatcherPtr = std::shared_ptr<const FileMatcher>;

/// A file of one partition.
struct PartitionOf {
  iceberg::SpecId spec;
  iceberg::StructValue partition;
};

/// Every file of these partitions, whole.
FileMatcherPtr MatchPartitions(std::span<const PartitionOf> partitions);

/// Every file of the table, whole.
FileMatcherPtr MatchEverything();

}  // namespace firn::table
