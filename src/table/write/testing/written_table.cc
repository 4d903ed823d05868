#include "table/write/testing/written_table.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <utility>

#include <arrow/builder.h>

#include "base/uuid.h"
#include "columnar/testing/batches.h"
#include "iceberg/metadata/new_table.h"
#include "iceberg/schema/testing/parse.h"
#include "table/commit/commit_action.h"
#include "table/commit/snapshot_action.h"

namespace firn::table::testing {
namespace {

constexpr int64_t kRowsOfPart = 100;

[[noreturn]] void Die(const Error& error) {
  std::fprintf(stderr, "bad table in a test: %s\n", error.Describe().c_str());
  std::abort();
}

template <class T>
T OrDie(Result<T> result) {
  if (!result.has_value()) {
    Die(result.error());
  }
  return *std::move(result);
}

iceberg::TableMetadataPtr EmptyTable(iceberg::FormatVersion version) {
  using iceberg::testing::SchemaOfFields;
  using iceberg::testing::SpecOf;
  iceberg::CreateTableSpec spec;
  spec.schema = SchemaOfFields(R"({"id":1,"name":"id","required":true,"type":"long"},
                                  {"id":2,"name":"part","required":false,"type":"int"},
                                  {"id":3,"name":"name","required":false,"type":"string"})");
  spec.spec = SpecOf(R"({"fields":[{"name":"part","transform":"identity","source-id":2}]})");
  spec.location = "memory://warehouse/t";
  spec.properties = {{"format-version", std::to_string(version)}};
  spec.uuid = *Uuid::Parse("9c12d441-03fe-4693-9a96-a0705ddf69c1");
  return OrDie(iceberg::NewTableMetadata(spec, TimestampMs(1'700'000'000'000)));
}

}  // namespace

std::vector<int64_t> Range(int64_t begin, int64_t rows) {
  std::vector<int64_t> numbers(static_cast<size_t>(rows));
  std::iota(numbers.begin(), numbers.end(), begin);
  return numbers;
}

WrittenTable::WrittenTable(iceberg::FormatVersion version)
    : files(std::make_shared<storage::InMemoryObjectStore>(clock)), catalog(files, clock) {
  table = catalog.Create(TableIdentifier{NamespacePath{{"ns"}}, "t"}, EmptyTable(version));
}

std::shared_ptr<arrow::RecordBatch> WrittenTable::Rows(int64_t begin, int64_t rows) {
  std::vector<int64_t> ids = Range(begin, rows);
  std::vector<std::string> names;
  arrow::Int32Builder parts;
  for (int64_t id : ids) {
    names.push_back("n" + std::to_string(id % 3));
    if (!parts.Append(static_cast<int32_t>(id / kRowsOfPart)).ok()) {
      std::abort();
    }
  }
  auto schema =
      arrow::schema({arrow::field("id", arrow::int64()), arrow::field("part", arrow::int32()),
                     arrow::field("name", arrow::utf8())});
  return arrow::RecordBatch::Make(schema, rows,
                                  {columnar::testing::Longs(ids), parts.Finish().ValueOrDie(),
                                   columnar::testing::Texts(names)});
}

std::unique_ptr<TableWriter> WrittenTable::Writer(TableWriteOptions options) {
  return OrDie(TableWriter::Make(catalog, table, *Rows(0, 0)->schema(), tools, std::move(options)));
}

std::unique_ptr<TableWriter> WrittenTable::WriterOf(int64_t begin, int64_t rows) {
  std::unique_ptr<TableWriter> writer = Writer();
  if (Status written = writer->Write(*Rows(begin, rows)); !written) {
    Die(written.error());
  }
  return writer;
}

iceberg::SnapshotId WrittenTable::Append(int64_t begin, int64_t rows) {
  table = OrDie(WriterOf(begin, rows)->Append());
  return table.metadata->current_snapshot()->id;
}

iceberg::SnapshotId WrittenTable::Commit(SnapshotChange change) {
  SnapshotAction action(table, std::move(change), {}, tools);
  table = OrDie(CommitAction(catalog, table, action, tools));
  return table.metadata->current_snapshot()->id;
}

Result<std::unique_ptr<TableScan>> WrittenTable::Open(const TableScanRequest& request) {
  return TableScan::Open(context, table, request);
}

Result<std::vector<int64_t>> WrittenTable::Drain(TableScan& scan) {
  std::vector<int64_t> values;
  while (true) {
    ASSIGN_OR_RETURN(auto batch, scan.Next());
    if (batch == nullptr) {
      return values;
    }
    const auto& longs = static_cast<const arrow::Int64Array&>(*batch->column(0));
    for (int64_t i = 0; i < longs.length(); ++i) {
      values.push_back(longs.Value(i));
    }
  }
}

Result<std::vector<int64_t>> WrittenTable::Ids(TableScanRequest request) {
  request.columns = {"id"};
  ASSIGN_OR_RETURN(auto scan, Open(request));
  return Drain(*scan);
}

Result<std::vector<int64_t>> WrittenTable::SortedIds(TableScanRequest request) {
  ASSIGN_OR_RETURN(std::vector<int64_t> ids, Ids(std::move(request)));
  std::ranges::sort(ids);
  return ids;
}

std::vector<std::string> WrittenTable::DataFiles() {
  std::vector<std::string> locations;
  storage::ListPage page = OrDie(files->List(table.metadata->location + "/data/", {}));
  for (const storage::ListedFile& file : page.files) {
    locations.push_back(file.location);
  }
  return locations;
}

}  // namespace firn::table::testing
