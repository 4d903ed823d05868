// AppendedTable: a table whose appends the server may rebase, and the changes that clients make of
// it by hand, manifests and lists included: what they saw, what they add. The table begins with a
// snapshot 1 that adds the file `a`. What fails fails the test.
//
// Thread-safety: one thread.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/testing/matchers.h"
#include "iceberg/manifest/manifest_list.h"
#include "iceberg/manifest/manifest_reader.h"
#include "iceberg/manifest/writer/manifest_list_writer.h"
#include "iceberg/manifest/writer/manifest_writer.h"
#include "server/service/append_rebase.h"
#include "server/service/table_commits.h"
#include "server/service/tables.h"
#include "server/service/testing/test_catalog.h"
#include "storage/memory_object_store.h"
#include "storage/object_store.h"

namespace firn::service::testing {

/// Rows of each data file.
inline constexpr int64_t kRows = 10;

using Manifests = std::vector<iceberg::ManifestFile>;

inline iceberg::DataFile FileOf(std::string_view name) {
  iceberg::DataFile file;
  file.path = fmt::format("s3://warehouse/ns/t/data/{}", name);
  file.format = iceberg::FileFormat::kParquet;
  file.record_count = kRows;
  file.file_size_bytes = 1000;
  return file;
}

/// Where such tables are: a base of tests, before their AppendedTable.
struct AppendCatalog {
  SystemClock clock_;
  storage::InMemoryObjectStore objects_{clock_};
  TestCatalog catalog_{objects_};
};

class AppendedTable {
 public:
  /// Made at `s3://warehouse/ns/NAME`; `catalog` is over `files`.
  AppendedTable(TestCatalog& catalog,
                storage::ObjectStore& files,
                int version,
                const std::string& name = "t")
      : served_(catalog), stored_(files), identifier_{NamespacePath{{"ns"}}, name} {
    CreateTableRequest request;
    request.identifier = identifier_;
    request.location = "s3://warehouse/ns/" + name;
    request.schema =
        *iceberg::Schema::Make(iceberg::SchemaId(0),
                               {{.id = iceberg::FieldId(1),
                                 .name = "id",
                                 .type = iceberg::Type::Plain(iceberg::TypeId::kLong)}},
                               {});
    request.properties = {{"format-version", std::to_string(version)},
                          {std::string(kRebaseAppendsProperty), "true"}};
    EXPECT_THAT(TableService(served_.environment()).Create(served_.call(), request),
                firn::testing::IsOk());
    EXPECT_THAT(Commit(Append(*Table(), 1, {"a"})), firn::testing::IsOk());
  }

  iceberg::TableMetadataPtr Table() {
    auto loaded = TableService(served_.environment()).Load(served_.call(), identifier_);
    EXPECT_THAT(loaded, firn::testing::IsOk());
    return (*loaded)->table();
  }
  Result<Answer<MetadataEntryPtr>> Commit(const TableChange& change) {
    return TableCommitService(served_.environment()).Commit(served_.call(), change);
  }

  std::string Put(std::string_view name, std::string_view bytes) {
    std::string location =
        fmt::format("s3://warehouse/ns/{}/metadata/{}-{}", identifier_.name, ++put_, name);
    EXPECT_THAT(stored_.Write(location, bytes, storage::WriteMode::kCreateNew),
                firn::testing::IsOk());
    return location;
  }
  Manifests ListOf(const iceberg::Snapshot& snapshot) {
    auto bytes = stored_.Read(snapshot.manifest_list, 1 << 20);
    return *iceberg::ReadManifestList(*bytes, snapshot.manifest_list);
  }
  /// A manifest of what `fill` puts in.
  template <class Fill>
  iceberg::ManifestFile Manifest(const iceberg::TableMetadata& seen, int64_t id, Fill fill) {
    auto writer = iceberg::ManifestWriter::Make({.format_version = seen.format_version,
                                                 .schema = seen.current_schema(),
                                                 .spec = seen.default_spec(),
                                                 .snapshot_id = iceberg::SnapshotId(id),
                                                 .compression = {}});
    fill(*writer);
    auto written = std::move(*writer).Finish();
    EXPECT_THAT(written, firn::testing::IsOk());
    written->row.path = Put("m.avro", written->bytes);
    return written->row;
  }
  iceberg::ManifestFile Added(const iceberg::TableMetadata& seen,
                              int64_t id,
                              const std::vector<std::string>& names) {
    return Manifest(seen, id, [&](iceberg::ManifestWriter& writer) {
      for (const std::string& name : names) {
        EXPECT_THAT(writer.Add(FileOf(name)), firn::testing::IsOk());
      }
    });
  }

  /// The change of a client that saw `seen` and makes a snapshot of `manifests`.
  TableChange ChangeOf(const iceberg::TableMetadata& seen, int64_t id, const Manifests& manifests) {
    iceberg::Snapshot snapshot;
    snapshot.id = iceberg::SnapshotId(id);
    snapshot.parent_id = seen.current_snapshot_id;
    snapshot.sequence_number = seen.next_sequence_number();
    snapshot.timestamp = served_.clock().Now();
    snapshot.operation = "append";
    snapshot.schema_id = seen.current_schema_id;
    int64_t total =
        seen.current_snapshot() == nullptr
            ? 0
            : std::stoll(std::string(*seen.current_snapshot()->summary.Find("total-records")));
    snapshot.summary.Add("added-records", std::to_string(kRows));
    snapshot.summary.Add("total-records", std::to_string(total + kRows));
    auto list = iceberg::WriteManifestList(manifests, {.format_version = seen.format_version,
                                                       .snapshot_id = snapshot.id,
                                                       .parent_snapshot_id = snapshot.parent_id,
                                                       .sequence_number = snapshot.sequence_number,
                                                       .first_row_id = seen.next_row_id,
                                                       .compression = {}});
    EXPECT_THAT(list, firn::testing::IsOk());
    snapshot.manifest_list = Put("snap.avro", list->bytes);
    if (seen.format_version >= 3) {
      snapshot.first_row_id = seen.next_row_id;
      snapshot.added_rows = list->next_row_id - seen.next_row_id;
    }
    TableChange change;
    change.identifier = identifier_;
    change.requirements = {iceberg::AssertTableUuid{seen.uuid},
                           iceberg::AssertRefSnapshotId{"main", seen.current_snapshot_id}};
    iceberg::SetSnapshotRef set{"main", {}};
    set.ref.snapshot_id = snapshot.id;
    change.updates = {
        iceberg::AddSnapshot{std::make_shared<const iceberg::Snapshot>(std::move(snapshot))}, set};
    return change;
  }
  TableChange Append(const iceberg::TableMetadata& seen,
                     int64_t id,
                     const std::vector<std::string>& names) {
    Manifests manifests{Added(seen, id, names)};
    if (seen.current_snapshot() != nullptr) {
      std::ranges::copy(ListOf(*seen.current_snapshot()), std::back_inserter(manifests));
    }
    return ChangeOf(seen, id, manifests);
  }
  /// A change whose snapshot is changed by `edit`.
  template <class Edit>
  static TableChange Edited(TableChange change, Edit edit) {
    auto& add = std::get<iceberg::AddSnapshot>(change.updates.front());
    auto snapshot = std::make_shared<iceberg::Snapshot>(*add.snapshot);
    edit(*snapshot);
    add.snapshot = std::move(snapshot);
    return change;
  }
  /// A snapshot without the file of the first one, and with another.
  void Overwrite(int64_t id, const std::string& name) {
    iceberg::TableMetadataPtr seen = Table();
    TableChange change = ChangeOf(*seen, id, {Added(*seen, id, {name})});
    change = Edited(std::move(change),
                    [](iceberg::Snapshot& snapshot) { snapshot.operation = "overwrite"; });
    EXPECT_THAT(Commit(change), firn::testing::IsOk());
  }

  /// The data files of the newest snapshot, by name, and their sequence numbers.
  std::vector<std::pair<std::string, int64_t>> Files() {
    std::vector<std::pair<std::string, int64_t>> files;
    for (const iceberg::ManifestFile& manifest : ListOf(*Table()->current_snapshot())) {
      auto bytes = stored_.Read(manifest.path, 1 << 20);
      auto entries = iceberg::ReadManifest(*bytes, manifest);
      EXPECT_THAT(entries, firn::testing::IsOk());
      for (const iceberg::ManifestEntry& entry : *entries) {
        files.emplace_back(entry.file.path.substr(entry.file.path.rfind('/') + 1),
                           entry.sequence_number->value());
      }
    }
    std::ranges::sort(files);
    return files;
  }

  const TableIdentifier& identifier() const { return identifier_; }

 private:
  TestCatalog& served_;
  storage::ObjectStore& stored_;
  const TableIdentifier identifier_;
  int put_ = 0;
};

}  // namespace firn::service::testing
