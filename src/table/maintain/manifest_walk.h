// ManifestWalk: reads what snapshots are made of: manifest lists and manifests, many at a time,
// visited one by one in order. A manifest is forgotten once it was visited: memory is
// kManifestsAtOnce decoded manifests twice over, whatever the table's size.
//
// Errors: those of the store and the decoders (kInvalidMetadata names the file), and of what
// visits. Thread-safety: one thread at a time; store and tools outlive the walk.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_columns.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/manifest/metrics_projection.h"
#include "iceberg/metadata/snapshot.h"
#include "storage/object_store.h"
#include "table/commit/commit_tools.h"

namespace firn::table {

/// Of several snapshots, each once by its path, without partition summaries.
using ManifestsByPath = std::map<std::string, iceberg::ManifestFile>;

/// What happens where a file of the walk is gone.
enum class MissingFiles : uint8_t {
  kRefuse,  ///< kNotFound.
  kSkip,
};

class ManifestWalk {
 public:
  static constexpr size_t kManifestsAtOnce = 4;
  static constexpr int64_t kMaxFileBytes = int64_t{1} << 30;

  ManifestWalk(storage::ObjectStore& store, const CommitTools& tools)
      : store_(store), tools_(tools) {}

  /// Those of a v1 snapshot without a list have nothing but path and snapshot.
  Result<std::vector<iceberg::ManifestFile>> List(const iceberg::Snapshot& snapshot) const;

  /// The manifests of all, but those whose path is a key of `known`.
  Result<ManifestsByPath> ListAll(std::span<const iceberg::SnapshotPtr> snapshots,
                                  const ManifestsByPath& known,
                                  MissingFiles missing) const;

  using Visit =
      std::function<Status(const iceberg::ManifestFile&, const iceberg::ManifestColumns&)>;

  Status ForEach(const ManifestsByPath& manifests, MissingFiles missing, const Visit& visit) const;

 private:
  storage::ObjectStore& store_;
  const CommitTools& tools_;
};

}  // namespace firn::table
