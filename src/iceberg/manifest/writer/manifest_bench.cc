// What decoding manifests costs next to inflating them, which is the floor: 100,000 data files of a
// table of 12 columns with full metrics, partitioned by day, as Java writes them. Also writing, and
// the manifest list.
//
//   manifest_bench [MANIFESTS ENTRIES_EACH]     default: 100 1000
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "iceberg/manifest/avro/file_reader.h"
#include "iceberg/manifest/manifest_decoder.h"
#include "iceberg/manifest/manifest_list.h"
#include "iceberg/manifest/manifest_reader.h"
#include "iceberg/manifest/writer/manifest_list_writer.h"
#include "iceberg/manifest/writer/manifest_writer.h"

namespace firn::iceberg {
namespace {

constexpr int kRounds = 15;
constexpr int32_t kColumns = 12;
constexpr int64_t kFilesADay = 1000;

template <class T>
T OrDie(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "%s\n", result.error().Describe().c_str());
    std::exit(1);
  }
  return *std::move(result);
}

void OrDie(const Status& status) {
  if (!status.has_value()) {
    std::fprintf(stderr, "%s\n", status.error().Describe().c_str());
    std::exit(1);
  }
}

/// Six longs (two of them timestamps), three doubles, three strings.
TypeId ColumnType(int32_t id) {
  return id <= 6 ? TypeId::kLong : id <= 9 ? TypeId::kDouble : TypeId::kString;
}

Schema TableSchema() {
  std::vector<NestedField> columns;
  for (int32_t id = 1; id <= kColumns; ++id) {
    NestedField& field = columns.emplace_back();
    field.id = FieldId(id);
    field.name = fmt::format("column_{}", id);
    field.type = Type::Plain(id == 2 ? TypeId::kTimestampTz : ColumnType(id));
  }
  return OrDie(Schema::Make(SchemaId(0), std::move(columns), {}));
}

ManifestWriterOptions Options() {
  PartitionSpec spec;
  spec.fields = {{FieldId(2), FieldId(1000), "at_day", Transform::Plain(TransformKind::kDay)}};
  return {.schema = TableSchema(), .spec = std::move(spec), .snapshot_id = SnapshotId(7)};
}

class Maker {
 public:
  DataFile Make(int64_t n) {
    DataFile file;
    int64_t day = n / kFilesADay;
    file.path = fmt::format(
        "s3://warehouse/analytics.db/events/data/at_day=2024-01-{:02}/"
        "{:05}-{}-{:08x}-{:04x}-4c3b-{:016x}-00001.parquet",
        day % 30 + 1, n % kFilesADay, n, Bits(32), Bits(16), Bits(64));
    file.format = FileFormat::kParquet;
    file.partition.fields = {{FieldId(1000), Literal(static_cast<int32_t>(19'700 + day))}};
    file.record_count = 900'000 + Bits(17);
    file.file_size_bytes = 120'000'000 + Bits(24);
    for (int32_t id = 1; id <= kColumns; ++id) {
      FieldId field(id);
      file.column_sizes.emplace_back(field, 4'000'000 + Bits(22));
      file.value_counts.emplace_back(field, file.record_count);
      file.null_value_counts.emplace_back(field, id % 3 == 0 ? Bits(8) : 0);
      if (ColumnType(id) == TypeId::kDouble) {
        file.nan_value_counts.emplace_back(field, 0);
      }
      auto [lower, upper] = Bounds(id, n);
      file.lower_bounds.emplace_back(field, lower);
      file.upper_bounds.emplace_back(field, upper);
    }
    file.split_offsets = {4, 64'000'000 + Bits(20)};
    file.sort_order_id = SortOrderId(0);
    return file;
  }

 private:
  int64_t Bits(int bits) { return static_cast<int64_t>(random_() >> (64 - bits)); }

  template <class T>
  static std::string BytesOf(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
  }

  std::pair<std::string, std::string> Bounds(int32_t id, int64_t n) {
    if (ColumnType(id) == TypeId::kString) {
      // Java cuts texts after 16 characters.
      return {fmt::format("{:016x}", Bits(60)), fmt::format("{:016x}", Bits(60))};
    }
    if (ColumnType(id) == TypeId::kDouble) {
      auto low = static_cast<double>(Bits(50)) / 1024;
      return {BytesOf(low), BytesOf(low * 2)};
    }
    int64_t low = id == 1 ? n * 1'000'000 : Bits(40);
    return {BytesOf(low), BytesOf(low + Bits(30))};
  }

  std::mt19937_64 random_{42};
};

struct Table {
  std::vector<WrittenManifest> manifests;
  std::string list;
};

Table Write(int64_t manifests, int64_t entries, Maker& maker) {
  Table table;
  std::vector<ManifestFile> rows;
  for (int64_t m = 0; m < manifests; ++m) {
    ManifestWriter writer = OrDie(ManifestWriter::Make(Options()));
    for (int64_t i = 0; i < entries; ++i) {
      OrDie(writer.Add(maker.Make(m * entries + i)));
    }
    WrittenManifest manifest = OrDie(std::move(writer).Finish());
    manifest.row.path =
        fmt::format("s3://warehouse/analytics.db/events/metadata/{:08x}-m0.avro", m);
    rows.push_back(manifest.row);
    table.manifests.push_back(std::move(manifest));
  }
  table.list = OrDie(WriteManifestList(rows, {.snapshot_id = SnapshotId(7),
                                              .sequence_number = SequenceNumber(1)}))
                   .bytes;
  for (WrittenManifest& manifest : table.manifests) {
    manifest.row.sequence_number = SequenceNumber(1);
  }
  return table;
}

/// The least of some runs, in milliseconds.
double BestMs(const std::function<void()>& run) {
  double best = 1e300;
  for (int round = 0; round < kRounds; ++round) {
    auto start = std::chrono::steady_clock::now();
    run();
    auto end = std::chrono::steady_clock::now();
    best = std::min(best, std::chrono::duration<double, std::milli>(end - start).count());
  }
  return best;
}

size_t Inflate(const WrittenManifest& manifest) {
  auto file = OrDie(avro::FileReader::Open(manifest.bytes, manifest.row.path));
  size_t bytes = 0;
  while (auto block = OrDie(file.NextBlock())) {
    bytes += block->content.size();
  }
  return bytes;
}

void Measure(int64_t manifests, int64_t entries) {
  Maker maker;
  auto start = std::chrono::steady_clock::now();
  Table table = Write(manifests, entries, maker);
  double write_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  size_t packed = 0;
  size_t unpacked = 0;
  for (const WrittenManifest& manifest : table.manifests) {
    packed += manifest.bytes.size();
    unpacked += Inflate(manifest);
  }
  double per = 100'000.0 / static_cast<double>(manifests * entries);
  auto mib = [](double bytes) { return bytes / (1 << 20); };
  fmt::print("{} manifests x {} entries: {:.1f} MiB, inflated {:.1f} MiB\n", manifests, entries,
             mib(static_cast<double>(packed)), mib(static_cast<double>(unpacked)));
  fmt::print("for 100,000 entries, one thread       ms   /inflate    MiB held\n");
  double floor = per * BestMs([&] {
                   for (const WrittenManifest& manifest : table.manifests) {
                     Inflate(manifest);
                   }
                 });
  fmt::print("{:<34} {:>6.1f} {:>9.2f}\n", "inflate", floor, 1.0);
  auto decode = [&](std::string_view name, const MetricsProjection& projection) {
    size_t held = 0;
    double ms =
        per * BestMs([&] {
          held = 0;
          for (const WrittenManifest& manifest : table.manifests) {
            held += OrDie(DecodeManifest(manifest.bytes, manifest.row, {.projection = projection}))
                        ->MemoryBytes();
          }
        });
    fmt::print("{:<34} {:>6.1f} {:>9.2f} {:>11.1f}\n", name, ms, ms / floor,
               per * mib(static_cast<double>(held)));
  };
  decode("decode, no metrics", MetricsProjection::None());
  decode("decode, metrics of one column", MetricsProjection::Of({FieldId(1)}));
  decode("decode, metrics of three columns",
         MetricsProjection::Of({FieldId(1), FieldId(7), FieldId(10)}));
  decode("decode, all metrics", MetricsProjection::All());
  double structs = per * BestMs([&] {
                     for (const WrittenManifest& manifest : table.manifests) {
                       OrDie(ReadManifest(manifest.bytes, manifest.row));
                     }
                   });
  fmt::print("{:<34} {:>6.1f} {:>9.2f}\n", "into structs", structs, structs / floor);
  fmt::print("{:<34} {:>6.1f} {:>9.2f}\n", "write (files made too)", write_ms * per,
             write_ms * per / floor);
  double list = BestMs([&] { OrDie(ReadManifestList(table.list, "list")); });
  fmt::print("list of {} manifests: {:.0f} KiB, read in {:.2f} ms\n", manifests,
             static_cast<double>(table.list.size()) / 1024, list);
}

}  // namespace
}  // namespace firn::iceberg

int main(int argc, char** argv) {
  int64_t manifests = argc > 2 ? std::strtoll(argv[1], nullptr, 10) : 100;
  int64_t entries = argc > 2 ? std::strtoll(argv[2], nullptr, 10) : 1000;
  firn::iceberg::Measure(manifests, entries);
  return 0;
}
