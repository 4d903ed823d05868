// CommitFixture: a table in memory to commit to, with its own time and seeded randomness, and a
// recount of what a snapshot holds, made from its manifests alone.
//
// Thread-safety: one thread, but for the stores.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/thread_pool.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/manifest_file.h"
#include "storage/memory_object_store.h"
#include "storage/testing/faulty_object_store.h"
#include "table/commit/action.h"
#include "table/commit/commit_action.h"
#include "table/commit/commit_tools.h"
#include "table/commit/snapshot_change.h"
#include "table/table_store.h"
#include "table/testing/memory_table_store.h"

namespace firn::table::testing {

/// What a snapshot holds, counted from its manifests.
struct Recount {
  /// Live files, with how often each is there.
  std::map<std::string, int> data_files;
  std::map<std::string, int> delete_files;
  int64_t records = 0;
  int64_t bytes = 0;
  int64_t position_deletes = 0;
  int64_t equality_deletes = 0;
  /// By path, of live entries.
  std::map<std::string, int64_t> sequence_numbers;
  std::map<std::string, int64_t> first_row_ids;
  std::vector<iceberg::ManifestFile> manifests;
};

class CommitFixture {
 public:
  explicit CommitFixture(iceberg::FormatVersion version = 2, uint32_t seed = 1);

  /// The newest state. Aborts on an error, as the helpers below do.
  Table Load();
  /// Files of one bucket, 10 rows and 1000 bytes each.
  static AddedFile Data(std::string_view name, int32_t bucket = 0);
  static AddedFile PositionDeletes(std::string_view name, std::string_view of, int32_t bucket = 0);
  static AddedFile EqualityDeletes(std::string_view name, int32_t bucket = 0);
  static AddedFile Vector(std::string_view puffin, int64_t offset, std::string_view of);
  static FileKey Key(const AddedFile& file);

  Result<Table> Commit(const Table& start, Action& action);
  Result<Table> Commit(const Table& start, SnapshotChange change);
  Result<Table> Commit(SnapshotChange change) { return Commit(Load(), std::move(change)); }
  /// Appends and aborts where that fails.
  Table MustAppend(std::vector<AddedFile> files);
  void SetProperties(iceberg::PropertyMap properties);

  Recount Count(const iceberg::Snapshot& snapshot);
  /// Every file that some snapshot of the table names, manifests and lists only.
  std::vector<std::string> MetadataFilesNamed();
  /// Every file in the store.
  std::vector<std::string> FilesStored();

  ManualClock clock;
  ThreadPool pool{0};
  std::mt19937_64 random;
  storage::InMemoryObjectStore memory;
  std::shared_ptr<storage::testing::FaultyObjectStore> files;
  MemoryTableStore store;
  CommitTools tools;
  TableIdentifier identifier{{{"db"}}, "t"};
  std::vector<std::chrono::milliseconds> pauses;
};

}  // namespace firn::table::testing
