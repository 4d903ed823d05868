// PlannedTable: a table made of nothing but metadata, manifest lists and manifests, for tests of
// planning: its data files do not exist. What cannot be made aborts the test program: it is the
// test's own mistake.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iceberg/expression/expression_text.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/metadata/table_metadata.h"
#include "storage/memory_object_store.h"
#include "table/plan/manifest_cache.h"
#include "table/plan/scan_planner.h"

namespace firn::table::testing {

/// A data file of one partition whose ids lie between `low` and `high`.
iceberg::DataFile DataFileOf(std::string_view name, int32_t day, int64_t low, int64_t high);
/// Position deletes of one partition.
iceberg::DataFile PositionDeletes(std::string_view name, int32_t day);
/// Equality deletes by id of one partition, ids between `low` and `high`.
iceberg::DataFile EqualityDeletes(std::string_view name, int32_t day, int64_t low, int64_t high);
/// A deletion vector of the data file at `path`.
iceberg::DataFile DeletionVector(std::string_view name, int32_t day, std::string_view path);

/// Columns: 1 id long, 2 day date, 3 name string, 4 key uuid; partitioned by identity(day).
class PlannedTable {
 public:
  explicit PlannedTable(iceberg::FormatVersion version = 2);

  /// One snapshot on main that adds the files in a manifest of each content. Returns its id.
  iceberg::SnapshotId Commit(std::vector<iceberg::DataFile> files,
                             std::string_view operation = "append");
  /// The next commit's snapshot names its manifests itself, as version 1 may.
  void EmbedNext() { embeds_ = true; }
  /// Makes this the default spec, its JSON as in metadata.
  void ChangeSpec(std::string_view json);
  /// Makes a schema of these fields, as in metadata, the current one.
  void ChangeSchema(std::string_view fields);
  /// Takes a snapshot out of the metadata; its files stay.
  void Expire(iceberg::SnapshotId snapshot);
  const iceberg::TableMetadataPtr& metadata() const { return metadata_; }
  storage::InMemoryObjectStore& store() { return store_; }
  PlanContext context() { return {store_, cache_, pool_, 4}; }

  Result<ScanPlan> Plan(const ScanRequest& request);
  /// The whole plan as lines `path residual [delete paths]`, in order.
  Result<std::vector<std::string>> Files(const ScanRequest& request);
  /// By a filter in text form.
  Result<std::vector<std::string>> Files(std::string_view filter);

 private:
  iceberg::ManifestFile WriteManifest(iceberg::ManifestContent content,
                                      const std::vector<iceberg::DataFile>& files);
  iceberg::SnapshotId AddSnapshot(std::vector<iceberg::ManifestFile> manifests,
                                  std::string_view operation);
  std::string Put(std::string_view name, std::string_view bytes);

  SystemClock clock_;
  storage::InMemoryObjectStore store_{clock_};
  ManifestCache cache_{64 << 20};
  ThreadPool pool_{3};
  iceberg::TableMetadataPtr metadata_;
  int64_t next_ = 1;
  bool embeds_ = false;
};

}  // namespace firn::table::testing
