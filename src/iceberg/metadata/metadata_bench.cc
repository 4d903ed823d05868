// What metadata costs as a table's history grows: reading a file, and an append commit (apply
// add-snapshot and set-snapshot-ref, print the new file) next to a plain copy of the same bytes.
//
//   metadata_bench [SNAPSHOTS ...]     default: 1 100 1000 9000
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "iceberg/metadata/apply_updates.h"
#include "iceberg/metadata/new_table.h"
#include "iceberg/metadata/table_metadata_json.h"

namespace firn::iceberg {
namespace {

constexpr int64_t kStartMs = 1'700'000'000'000;
constexpr int kRounds = 31;

template <class T>
T OrDie(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "%s\n", result.error().Describe().c_str());
    std::exit(1);
  }
  return *std::move(result);
}

NestedField Column(int32_t id) {
  NestedField field;
  field.id = FieldId(id);
  field.name = fmt::format("column_{}", id);
  field.type = Type::Plain(TypeId::kString);
  return field;
}

TableMetadataPtr NewTable() {
  std::vector<NestedField> columns;
  for (int32_t id = 1; id <= 30; ++id) {
    columns.push_back(Column(id));
  }
  CreateTableSpec spec;
  spec.schema = OrDie(Schema::Make(SchemaId(0), std::move(columns), {}));
  spec.location = "s3://warehouse/namespace/table";
  spec.uuid = Uuid::Random();
  return OrDie(NewTableMetadata(spec, TimestampMs(kStartMs)));
}

/// What an engine sends for an append: some 900 bytes of snapshot.
std::vector<TableUpdate> Append(const TableMetadata& base, int64_t n) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->id = SnapshotId(0x1234567800000000 + n * 7919);
  snapshot->parent_id = base.current_snapshot_id;
  snapshot->sequence_number = base.next_sequence_number();
  snapshot->timestamp = TimestampMs(kStartMs + n * 1000);
  snapshot->operation = "append";
  snapshot->summary.Add("spark.app.id", "application_1700000000000_0001");
  snapshot->summary.Add("added-data-files", "4");
  snapshot->summary.Add("added-records", "400000");
  snapshot->summary.Add("added-files-size", "12345678");
  snapshot->summary.Add("changed-partition-count", "1");
  snapshot->summary.Add("total-records", std::to_string(400000 * n));
  snapshot->summary.Add("total-files-size", std::to_string(12345678 * n));
  snapshot->summary.Add("total-data-files", std::to_string(4 * n));
  snapshot->summary.Add("total-delete-files", "0");
  snapshot->summary.Add("total-position-deletes", "0");
  snapshot->summary.Add("total-equality-deletes", "0");
  snapshot->summary.Add("engine-version", "4.0.1");
  snapshot->summary.Add("engine-name", "spark");
  snapshot->summary.Add("iceberg-version", "Apache Iceberg 1.11.0 (commit 0123456789abcdef)");
  snapshot->manifest_list = fmt::format(
      "s3://warehouse/namespace/table/metadata/snap-{}-1-0f7e6a1c-23d4-4c55-9b6f-8c2f.avro", n);
  snapshot->schema_id = SchemaId(0);
  SetSnapshotRef set{std::string(kMainBranch), {}};
  set.ref.snapshot_id = snapshot->id;
  return {AddSnapshot{std::move(snapshot)}, set};
}

ApplyContext Context(int64_t n) {
  return {.now = TimestampMs(kStartMs + n * 1000),
          .base_metadata_location =
              "s3://warehouse/namespace/table/metadata/00001-0f7e6a1c.metadata.json"};
}

TableMetadataPtr Grow(int64_t snapshots) {
  TableMetadataPtr table = NewTable();
  for (int64_t n = 1; n <= snapshots; ++n) {
    table = OrDie(ApplyUpdates(table, Append(*table, n), Context(n)));
  }
  return table;
}

/// The median of some runs, in microseconds.
template <class Run>
double MedianUs(Run run) {
  std::vector<double> times;
  for (int round = 0; round < kRounds; ++round) {
    auto start = std::chrono::steady_clock::now();
    run();
    auto end = std::chrono::steady_clock::now();
    times.push_back(std::chrono::duration<double, std::micro>(end - start).count());
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void Measure(int64_t snapshots) {
  TableMetadataPtr table = Grow(snapshots);
  std::string text = PrintTableMetadata(*table);
  double parse = MedianUs([&text] { OrDie(ParseTableMetadata(text)); });

  table = OrDie(ParseTableMetadata(text));
  auto updates = Append(*table, snapshots + 1);
  ApplyContext context = Context(snapshots + 1);
  double apply = MedianUs([&] { OrDie(ApplyUpdates(table, updates, context)); });

  // Into memory that is there already, as a server that keeps its buffers does.
  std::string out;
  out.reserve(text.size() + (1 << 20));
  double commit = MedianUs([&] {
    TableMetadataPtr next = OrDie(ApplyUpdates(table, updates, context));
    out.clear();
    AppendTableMetadata(*next, SnapshotSelection::kAll, out);
  });
  double refs = MedianUs([&] {
    out.clear();
    AppendTableMetadata(*table, SnapshotSelection::kRefs, out);
  });
  double copy = MedianUs([&] {
    out.clear();
    out.append(text);
  });
  fmt::print("{:>9} {:>9} {:>10.0f} {:>10.1f} {:>14.1f} {:>9.1f} {:>10.1f} {:>7.2f}\n", snapshots,
             text.size() / 1024, parse, apply, commit, copy, refs, commit / copy);
}

}  // namespace
}  // namespace firn::iceberg

int main(int argc, char** argv) {
  std::vector<int64_t> sizes{1, 100, 1000, 9000};
  if (argc > 1) {
    sizes.clear();
    for (int i = 1; i < argc; ++i) {
      sizes.push_back(std::strtoll(argv[i], nullptr, 10));
    }
  }
  fmt::print("{:>9} {:>9} {:>10} {:>10} {:>14} {:>9} {:>10} {:>7}\n", "snapshots", "KiB",
             "parse us", "apply us", "apply+print us", "copy us", "refs us", "/copy");
  for (int64_t snapshots : sizes) {
    firn::iceberg::Measure(snapshots);
  }
  return 0;
}
