#include "table/maintain/testing/maintained_table.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "table/commit/operations.h"

namespace firn::table::testing {
namespace {

template <class T>
T OrDie(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "a test's own step failed: %s\n", result.error().Describe().c_str());
    std::abort();
  }
  if constexpr (!std::is_void_v<T>) {
    return *std::move(result);
  }
}

}  // namespace

std::string DataPath(std::string_view name) {
  return "s3://warehouse/test/data/" + std::string(name);
}

void MaintainedTable::StoreFile(std::string_view location) {
  OrDie(memory.Write(location, "x", storage::WriteMode::kOverwrite));
}

bool MaintainedTable::IsStored(std::string_view location) {
  return memory.Stat(location).has_value();
}

iceberg::SnapshotId MaintainedTable::MustCommit(SnapshotChange change) {
  clock.Advance(std::chrono::minutes(1));
  for (const AddedFile& added : change.added) {
    StoreFile(added.file.path);
  }
  return OrDie(Commit(std::move(change))).metadata->current_snapshot()->id;
}

iceberg::SnapshotId MaintainedTable::AddData(std::string_view name, int32_t bucket) {
  return MustCommit(Append({Data(name, bucket)}, ManifestMerging::kNever));
}

iceberg::SnapshotId MaintainedTable::RemoveData(std::string_view name, int32_t bucket) {
  return MustCommit(DeleteFiles({Key(Data(name, bucket))}));
}

void MaintainedTable::MustUpdate(std::vector<iceberg::TableUpdate> updates) {
  OrDie(store.Commit(Load(), {.updates = std::move(updates), .requirements = {}}));
}

void MaintainedTable::SetRef(std::string_view name, iceberg::SnapshotRef ref) {
  MustUpdate({iceberg::SetSnapshotRef{std::string(name), ref}});
}

void MaintainedTable::AddStatistics(std::string_view name, iceberg::SnapshotId snapshot) {
  iceberg::StatisticsFile file;
  file.snapshot_id = snapshot;
  file.path = "s3://warehouse/test/metadata/" + std::string(name);
  StoreFile(file.path);
  MustUpdate({iceberg::SetStatistics{file}});
}

std::set<std::string> MaintainedTable::Named() {
  std::set<std::string> named;
  Table table = Load();
  for (const iceberg::SnapshotEntry& entry : table.metadata->snapshots) {
    Recount count = Count(*entry.snapshot);
    named.insert(entry.snapshot->manifest_list);
    for (const iceberg::ManifestFile& manifest : count.manifests) {
      named.insert(manifest.path);
    }
    for (const auto& [path, times] : count.data_files) {
      named.insert(path);
    }
    for (const auto& [key, times] : count.delete_files) {
      named.insert(key.substr(0, key.find('#')));
    }
  }
  for (const iceberg::StatisticsFile& file : table.metadata->statistics) {
    named.insert(file.path);
  }
  return named;
}

std::set<std::string> MaintainedTable::Stored() {
  std::vector<std::string> stored = FilesStored();
  return {stored.begin(), stored.end()};
}

std::map<std::string, int64_t> MaintainedTable::Head() {
  Table table = Load();
  Recount count = Count(*table.metadata->current_snapshot());
  std::map<std::string, int64_t> head;
  for (const auto& [path, times] : count.data_files) {
    head[path] = count.sequence_numbers.at(path);
  }
  return head;
}

}  // namespace firn::table::testing
