#include "iceberg/metadata/testing/tables.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "iceberg/metadata/new_table.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg::testing {
namespace {

constexpr int64_t kRows = 100;

TableMetadataPtr OrDie(Result<TableMetadataPtr> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "bad table in a test: %s\n", result.error().Describe().c_str());
    std::abort();
  }
  return *std::move(result);
}

TimestampMs After(int64_t seconds) { return TimestampMs(kCreated.value() + seconds * 1000); }

}  // namespace

TableMetadataPtr NewTestTable(FormatVersion version) {
  CreateTableSpec spec;
  spec.schema = SchemaOfFields(R"({"id":1,"name":"id","required":true,"type":"long"},
                                  {"id":2,"name":"at","required":false,"type":"timestamp"},
                                  {"id":3,"name":"name","required":false,"type":"string"})");
  spec.spec = SpecOf(R"({"fields":[{"name":"id_bucket","transform":"bucket[4]","source-id":1}]})");
  spec.location = "s3://warehouse/test";
  spec.properties = {{"format-version", std::to_string(version)}};
  spec.uuid = *Uuid::Parse("9c12d441-03fe-4693-9a96-a0705ddf69c1");
  return OrDie(NewTableMetadata(spec, kCreated));
}

Snapshot NextSnapshot(const TableMetadata& base, int64_t id, int64_t seconds) {
  Snapshot snapshot;
  snapshot.id = SnapshotId(id);
  snapshot.parent_id = base.current_snapshot_id;
  snapshot.sequence_number = base.next_sequence_number();
  snapshot.timestamp = After(seconds);
  snapshot.operation = "append";
  snapshot.summary.Add("added-records", std::to_string(kRows));
  snapshot.manifest_list = fmt::format("s3://warehouse/test/metadata/snap-{}.avro", id);
  snapshot.schema_id = base.current_schema_id;
  if (base.format_version >= 3) {
    snapshot.first_row_id = base.next_row_id;
    snapshot.added_rows = kRows;
  }
  return snapshot;
}

std::vector<TableUpdate> AppendUpdates(Snapshot snapshot, std::string_view branch) {
  SetSnapshotRef set{std::string(branch), {}};
  set.ref.snapshot_id = snapshot.id;
  return {AddSnapshot{std::make_shared<const Snapshot>(std::move(snapshot))}, set};
}

At::At(int64_t at_seconds)
    : seconds(at_seconds), location(fmt::format("metadata/{}.json", at_seconds)) {}

At::operator ApplyContext() const {
  return {.now = After(seconds), .base_metadata_location = location};
}

TableMetadataPtr MustApply(const TableMetadataPtr& base,
                           std::vector<TableUpdate> updates,
                           const At& at) {
  return OrDie(ApplyUpdates(base, updates, at));
}

TableMetadataPtr Append(const TableMetadataPtr& base, int64_t id, int64_t seconds) {
  return MustApply(base, AppendUpdates(NextSnapshot(*base, id, seconds), kMainBranch), At(seconds));
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::filesystem::path> JsonFiles(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace firn::iceberg::testing
