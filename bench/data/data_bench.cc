// Times reading and appending to tables of a SQLite catalog through Firn's library.
//
//   data_bench scan CATALOG TABLE COLUMNS READERS keep|stream ROUNDS
//   data_bench check CATALOG TABLE COLUMNS
//   data_bench create CATALOG TABLE FILE VERSION
//   data_bench append CATALOG TABLE FILE
//   data_bench delete CATALOG TABLE FILTER copy|mark|KEY
//
// CATALOG is a URI, TABLE a name with dots, COLUMNS names with commas. `scan` keeps the batches, as
// a table would, or drops them; `create` makes a table of a Parquet file's columns, `append` takes
// its rows, decoded before.
// `delete` copies files without the rows, marks the rows (position deletes in version 2, vectors in
// version 3), or writes an equality delete file of their KEY column.
// Each prints JSON; bench/data/run.py compares with others.
#include <chrono>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <arrow/io/file.h>
#include <arrow/table.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <parquet/arrow/reader.h>

#include "checksum.h"
#include "columnar/io/arrow_status.h"
#include "columnar/schema/arrow_import.h"
#include "columnar/write/delete_writers.h"
#include "iceberg/expression/expression_text.h"
#include "opened_table.h"
#include "table/commit/operations.h"
#include "table/write/row_deletion.h"
#include "table/write/table_writer.h"
#include "table/write/writer_input.h"
#include "usage.h"

namespace firn::bench {
namespace {

using columnar::ToResult;
using Arguments = std::vector<std::string>;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

constexpr std::string_view kUsage =
    "usage: data_bench scan CATALOG TABLE COLUMNS READERS keep|stream ROUNDS\n"
    "       data_bench check CATALOG TABLE COLUMNS\n"
    "       data_bench create CATALOG TABLE FILE VERSION\n"
    "       data_bench append CATALOG TABLE FILE\n"
    "       data_bench delete CATALOG TABLE FILTER copy|mark|KEY";

/// Wall and CPU since it was made.
class Stopwatch {
 public:
  double wall_seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }
  double cpu_seconds() const { return CpuSeconds() - cpu_; }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double cpu_ = CpuSeconds();
};

void PrintMeasured(int64_t rows,
                   const std::vector<double>& wall,
                   const std::vector<double>& cpu,
                   int64_t before_kib) {
  std::cout << fmt::format(R"({{"rows": {}, "wall": [{:.6f}], "cpu": [{:.6f}], "before_mib": {}, )"
                           R"("peak_mib": {}}})",
                           rows, fmt::join(wall, ", "), fmt::join(cpu, ", "), before_kib / 1024,
                           Resident().peak_kib / 1024)
            << "\n";
}

std::vector<std::string> Split(const std::string& names) {
  std::vector<std::string> split;
  std::istringstream text(names);
  for (std::string name; std::getline(text, name, ',');) {
    split.push_back(std::move(name));
  }
  return split;
}

template <class Take>
Status ForEachBatch(OpenedTable& opened, const table::TableScanRequest& request, Take&& take) {
  ASSIGN_OR_RETURN(auto scan, table::TableScan::Open(opened.scan(), opened.table(), request));
  while (true) {
    ASSIGN_OR_RETURN(BatchPtr batch, scan->Next());
    if (batch == nullptr) {
      return {};
    }
    RETURN_IF_ERROR(take(std::move(batch)));
  }
}

Status Scan(const Arguments& arguments) {
  const bool keeps = arguments[5] == "keep";
  ASSIGN_OR_RETURN(auto opened,
                   OpenedTable::Open(arguments[1], arguments[2], std::stoul(arguments[4])));
  const table::TableScanRequest request{.columns = Split(arguments[3])};
  const int64_t before_kib = Resident().now_kib;
  std::vector<double> wall;
  std::vector<double> cpu;
  int64_t rows = 0;
  for (int round = 0; round < std::stoi(arguments[6]); ++round) {
    std::vector<BatchPtr> kept;
    rows = 0;
    Stopwatch watch;
    RETURN_IF_ERROR(ForEachBatch(*opened, request, [&](BatchPtr batch) -> Status {
      rows += batch->num_rows();
      if (keeps) {
        kept.push_back(std::move(batch));
      }
      return {};
    }));
    wall.push_back(watch.wall_seconds());
    cpu.push_back(watch.cpu_seconds());
  }
  PrintMeasured(rows, wall, cpu, before_kib);
  return {};
}

Status Check(const Arguments& arguments) {
  ASSIGN_OR_RETURN(auto opened, OpenedTable::Open(arguments[1], arguments[2], 2));
  Checksum checksum;
  RETURN_IF_ERROR(
      ForEachBatch(*opened, {.columns = Split(arguments[3])},
                   [&](const BatchPtr& batch) -> Status { return checksum.Add(*batch); }));
  std::cout << fmt::format(R"({{"rows": {}, "checksum": {}}})", checksum.rows(), checksum.sum())
            << "\n";
  return {};
}

Result<std::shared_ptr<arrow::Table>> ReadParquet(const std::string& path) {
  return columnar::Guarded([&]() -> Result<std::shared_ptr<arrow::Table>> {
    ASSIGN_OR_RETURN(auto file, ToResult(arrow::io::ReadableFile::Open(path)));
    ASSIGN_OR_RETURN(auto reader,
                     ToResult(parquet::arrow::OpenFile(file, arrow::default_memory_pool())));
    return ToResult(reader->ReadTable());
  });
}

Status Create(const Arguments& arguments) {
  ASSIGN_OR_RETURN(auto rows, ReadParquet(arguments[3]));
  catalog::NewTable table;
  ASSIGN_OR_RETURN(table.schema,
                   columnar::SchemaOfArrow(*rows->schema(), columnar::NanosecondColumns::kFloored));
  table.properties["format-version"] = arguments[4];
  ASSIGN_OR_RETURN(auto catalog, OpenCatalog(arguments[1]));
  ASSIGN_OR_RETURN(TableIdentifier identifier, ParseDottedIdentifier(arguments[2]));
  RETURN_IF_ERROR(catalog->CreateTable(identifier, table));
  return {};
}

Status Append(const Arguments& arguments) {
  ASSIGN_OR_RETURN(auto opened, OpenedTable::Open(arguments[1], arguments[2], 1));
  ASSIGN_OR_RETURN(auto input, ReadParquet(arguments[3]));
  const int64_t before_kib = Resident().now_kib;
  Stopwatch watch;
  ASSIGN_OR_RETURN(auto writer, table::TableWriter::Make(opened->catalog(), opened->table(),
                                                         *input->schema(), opened->tools()));
  arrow::TableBatchReader batches(*input);
  while (true) {
    ASSIGN_OR_RETURN(BatchPtr batch, ToResult(batches.Next()));
    if (batch == nullptr) {
      break;
    }
    RETURN_IF_ERROR(writer->Write(*batch));
  }
  RETURN_IF_ERROR(writer->Append());
  PrintMeasured(input->num_rows(), {watch.wall_seconds()}, {watch.cpu_seconds()}, before_kib);
  return {};
}

/// The values of the key column in the rows that match become one equality delete file.
Status DeleteByKey(OpenedTable& opened,
                   const iceberg::Expression& filter,
                   const std::string& key_name) {
  const table::Table& table = opened.table();
  const iceberg::NestedField* key = table.metadata->current_schema().FindField(key_name);
  if (key == nullptr) {
    return Error(ErrorCode::kInvalidArgument, "No such column: " + key_name);
  }
  ASSIGN_OR_RETURN(columnar::TableWriteRequest write, table::MakeWriteRequest(table, {}));
  ASSIGN_OR_RETURN(auto writer, columnar::MakeEqualityDeleteWriter(
                                    write.target, write.schema, write.properties, {}, {key->id}));
  table::TableScanRequest request{.columns = {key_name}};
  request.plan.filter = filter;
  RETURN_IF_ERROR(ForEachBatch(
      opened, request, [&](const BatchPtr& batch) -> Status { return writer->Write(*batch); }));
  ASSIGN_OR_RETURN(std::vector<iceberg::DataFile> files, writer->Finish());
  table::RowChanges changes;
  for (iceberg::DataFile& file : files) {
    changes.added.push_back({std::move(file), table.metadata->default_spec_id, std::nullopt});
  }
  const table::ReadState read{.snapshot = table.metadata->current_snapshot_id};
  RETURN_IF_ERROR(table::CommitFiles(
      opened.catalog(), table, table::RowDelta(std::move(changes), read), {}, opened.tools()));
  return {};
}

Status Delete(const Arguments& arguments) {
  ASSIGN_OR_RETURN(auto opened, OpenedTable::Open(arguments[1], arguments[2], 2));
  table::RowDeletionRequest request;
  ASSIGN_OR_RETURN(request.filter, iceberg::ParseExpressionText(arguments[3]));
  const std::string& way = arguments[4];
  if (way != "copy" && way != "mark") {
    return DeleteByKey(*opened, request.filter, way);
  }
  request.mode =
      way == "copy" ? table::RowDeletionMode::kCopyOnWrite : table::RowDeletionMode::kMergeOnRead;
  const table::ChangeContext context{opened->catalog(), opened->scan(), opened->tools()};
  RETURN_IF_ERROR(table::DeleteRows(context, opened->table(), request));
  return {};
}

Status Run(const Arguments& arguments) {
  const std::string command = arguments.empty() ? "" : arguments[0];
  if (command == "scan" && arguments.size() == 7) {
    return Scan(arguments);
  }
  if (command == "check" && arguments.size() == 4) {
    return Check(arguments);
  }
  if (command == "create" && arguments.size() == 5) {
    return Create(arguments);
  }
  if (command == "append" && arguments.size() == 4) {
    return Append(arguments);
  }
  if (command == "delete" && arguments.size() == 5) {
    return Delete(arguments);
  }
  return Error(ErrorCode::kInvalidArgument, std::string(kUsage));
}

}  // namespace
}  // namespace firn::bench

int main(int argc, char** argv) {
  auto done = firn::bench::Run({argv + 1, argv + argc});
  if (!done.has_value()) {
    std::cerr << done.error().Describe() << "\n";
    return 1;
  }
  return 0;
}
