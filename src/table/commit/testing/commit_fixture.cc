#include "table/commit/testing/commit_fixture.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <utility>

#include "iceberg/manifest/manifest_list.h"
#include "iceberg/manifest/manifest_reader.h"
#include "iceberg/metadata/testing/tables.h"
#include "table/commit/operations.h"
#include "table/commit/snapshot_action.h"

namespace firn::table::testing {
namespace {

constexpr int64_t kRows = 10;
constexpr int64_t kBytes = 1000;
constexpr int64_t kMaxBytes = int64_t{1} << 30;

template <class T>
T OrDie(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "a test's own step failed: %s\n", result.error().Describe().c_str());
    std::abort();
  }
  return *std::move(result);
}

AddedFile File(std::string_view name, int32_t bucket) {
  AddedFile added;
  added.file.path = "s3://warehouse/test/data/" + std::string(name);
  added.file.format = iceberg::FileFormat::kParquet;
  added.file.partition.fields = {{iceberg::FieldId(1000), iceberg::Literal(bucket)}};
  added.file.record_count = kRows;
  added.file.file_size_bytes = kBytes;
  added.spec_id = iceberg::SpecId(0);
  return added;
}

void CountFile(const iceberg::ManifestEntry& entry, Recount& count) {
  const iceberg::DataFile& file = entry.file;
  std::string key = file.path;
  count.bytes += file.content_size_bytes.value_or(file.file_size_bytes);
  switch (file.content) {
    case iceberg::FileContent::kData:
      ++count.data_files[key];
      count.records += file.record_count;
      break;
    case iceberg::FileContent::kPositionDeletes:
      key += file.content_offset ? "#" + std::to_string(*file.content_offset) : "";
      ++count.delete_files[key];
      count.position_deletes += file.record_count;
      break;
    case iceberg::FileContent::kEqualityDeletes:
      ++count.delete_files[key];
      count.equality_deletes += file.record_count;
      break;
  }
  count.sequence_numbers[key] = entry.sequence_number->value();
  if (file.first_row_id.has_value()) {
    count.first_row_ids[key] = *file.first_row_id;
  }
}

CommitTools MakeTools(CommitFixture& fixture) {
  auto random = [&fixture] { return fixture.random(); };
  auto sleep = [&fixture](std::chrono::milliseconds time) {
    fixture.pauses.push_back(time);
    fixture.clock.Advance(time);
  };
  return {.clock = fixture.clock,
          .random_bits = random,
          .sleep = sleep,
          .pool = fixture.pool,
          .environment = {{"engine-name", "test"}}};
}

}  // namespace

CommitFixture::CommitFixture(iceberg::FormatVersion version, uint32_t seed)
    : clock(iceberg::testing::kCreated),
      random(seed),
      memory(clock),
      files(std::make_shared<storage::testing::FaultyObjectStore>(memory)),
      store(files, clock),
      tools(MakeTools(*this)) {
  store.Create(identifier, iceberg::testing::NewTestTable(version));
}

Table CommitFixture::Load() { return OrDie(store.Load(identifier)); }

AddedFile CommitFixture::Data(std::string_view name, int32_t bucket) { return File(name, bucket); }

AddedFile CommitFixture::PositionDeletes(std::string_view name,
                                         std::string_view of,
                                         int32_t bucket) {
  AddedFile added = File(name, bucket);
  added.file.content = iceberg::FileContent::kPositionDeletes;
  added.file.referenced_data_file = "s3://warehouse/test/data/" + std::string(of);
  return added;
}

AddedFile CommitFixture::EqualityDeletes(std::string_view name, int32_t bucket) {
  AddedFile added = File(name, bucket);
  added.file.content = iceberg::FileContent::kEqualityDeletes;
  added.file.equality_ids = {iceberg::FieldId(1)};
  return added;
}

AddedFile CommitFixture::Vector(std::string_view puffin, int64_t offset, std::string_view of) {
  AddedFile added = PositionDeletes(puffin, of);
  added.file.format = iceberg::FileFormat::kPuffin;
  added.file.content_offset = offset;
  added.file.content_size_bytes = kBytes / 10;
  added.file.record_count = 3;
  return added;
}

FileKey CommitFixture::Key(const AddedFile& file) { return KeyOf(file.file); }

Result<Table> CommitFixture::Commit(const Table& start, Action& action) {
  clock.Advance(std::chrono::seconds(1));
  return CommitAction(store, start, action, tools);
}

Result<Table> CommitFixture::Commit(const Table& start, SnapshotChange change) {
  SnapshotAction action(start, std::move(change), {}, tools);
  return Commit(start, action);
}

Table CommitFixture::MustAppend(std::vector<AddedFile> added) {
  return OrDie(Commit(Append(std::move(added), ManifestMerging::kNever)));
}

void CommitFixture::SetProperties(iceberg::PropertyMap properties) {
  OrDie(store.Commit(
      Load(), {.updates = {iceberg::SetProperties{std::move(properties)}}, .requirements = {}}));
}

Recount CommitFixture::Count(const iceberg::Snapshot& snapshot) {
  Recount count;
  std::string list = OrDie(memory.Read(snapshot.manifest_list, kMaxBytes));
  count.manifests = OrDie(iceberg::ReadManifestList(list, snapshot.manifest_list));
  for (const iceberg::ManifestFile& manifest : count.manifests) {
    std::string bytes = OrDie(memory.Read(manifest.path, kMaxBytes));
    for (const iceberg::ManifestEntry& entry : OrDie(iceberg::ReadManifest(bytes, manifest))) {
      if (entry.is_live()) {
        CountFile(entry, count);
      }
    }
  }
  return count;
}

std::vector<std::string> CommitFixture::MetadataFilesNamed() {
  std::set<std::string> named;
  Table table = Load();
  for (const iceberg::SnapshotEntry& entry : table.metadata->snapshots) {
    named.insert(entry.snapshot->manifest_list);
    for (const iceberg::ManifestFile& manifest : Count(*entry.snapshot).manifests) {
      named.insert(manifest.path);
    }
  }
  return {named.begin(), named.end()};
}

std::vector<std::string> CommitFixture::FilesStored() {
  std::vector<std::string> stored;
  storage::ListOptions options{.limit = 10'000};
  for (const storage::ListedFile& file : OrDie(memory.List("s3://warehouse/test", options)).files) {
    stored.push_back(file.location);
  }
  std::sort(stored.begin(), stored.end());
  return stored;
}

}  // namespace firn::table::testing
