// Times reading one Parquet file through columnar's reader, with and without deletes.
//
//   scan_bench FILE COLUMN,COLUMN,... none|position|vector|equality ROUNDS [FILTER [whole]]
//
// Prints the least seconds of the rounds, the rows returned and the bytes fetched; with `whole` the
// page index is not used. Deletes: 2 % of the positions at random, or 1 % of the values of the
// first column. bench/columnar/run.py compares with pyarrow.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>

#include "columnar/io/arrow_status.h"
#include "columnar/read/data_file_reader.h"
#include "columnar/schema/arrow_import.h"
#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression_text.h"
#include "storage/local_object_store.h"

namespace firn::columnar {
namespace {

Result<iceberg::Schema> SchemaOf(const ReadContext& context, const FileToRead& file) {
  ASSIGN_OR_RETURN(auto source, ParquetSource::Open(context, file));
  std::shared_ptr<arrow::Schema> schema;
  RETURN_IF_ERROR(firn::columnar::ToStatus(
      parquet::arrow::FromParquetSchema(source->metadata().schema(), &schema)));
  return SchemaOfArrow(*schema, NanosecondColumns::kKept);
}

Result<ReadCounts> ReadOnce(const ReadContext& context,
                            const ReadRequest& request,
                            const FileToRead& file,
                            const iceberg::BoundExpression& filter,
                            const FileDeletes& deletes) {
  ASSIGN_OR_RETURN(auto reader, DataFileReader::Open(context, request, file, filter, deletes));
  arrow::RecordBatchVector batches;
  while (true) {
    ASSIGN_OR_RETURN(auto batch, reader->Next());
    if (batch == nullptr) {
      return reader->counts();
    }
    // Kept, as a table would be.
    batches.push_back(std::move(batch));
  }
}

Result<FileDeletes> MakeDeletes(const ReadContext& context,
                                const ReadRequest& request,
                                const FileToRead& file,
                                const std::string& kind) {
  FileDeletes deletes;
  if (kind == "none") {
    return deletes;
  }
  std::mt19937 random(7);
  ReadRequest first = request;
  first.columns.resize(1);
  ASSIGN_OR_RETURN(auto reader, DataFileReader::Open(context, first, file,
                                                     iceberg::BoundExpression::True(), {}));
  arrow::Int64Builder keys;
  std::vector<int64_t> positions;
  int64_t row = 0;
  while (true) {
    ASSIGN_OR_RETURN(auto batch, reader->Next());
    if (batch == nullptr) {
      break;
    }
    const auto& values = static_cast<const arrow::Int64Array&>(*batch->column(0));
    for (int64_t i = 0; i < batch->num_rows(); ++i, ++row) {
      if (random() % 50 == 0) {
        positions.push_back(row);
      }
      if (random() % 100 == 0) {
        RETURN_IF_ERROR(firn::columnar::ToStatus(keys.Append(values.Value(i))));
      }
    }
  }
  if (kind == "equality") {
    ASSIGN_OR_RETURN(auto column, ToResult(keys.Finish()));
    ASSIGN_OR_RETURN(auto set, EqualityDeleteSet::Make({request.columns[0].id}, {column}));
    deletes.equality.push_back(std::make_shared<const EqualityDeleteSet>(std::move(set)));
    return deletes;
  }
  if (kind == "vector") {
    auto vector = std::make_shared<iceberg::DeletionVector>();
    for (int64_t position : positions) {
      RETURN_IF_ERROR(vector->Add(position));
    }
    deletes.positions =
        std::make_shared<const DeletedPositions>(DeletedPositions::FromVector(vector));
    return deletes;
  }
  std::vector<const std::vector<int64_t>*> lists{&positions};
  deletes.positions = std::make_shared<const DeletedPositions>(DeletedPositions::FromLists(lists));
  return deletes;
}

Result<iceberg::BoundExpression> FilterOf(const char* text, const iceberg::Schema& schema) {
  ASSIGN_OR_RETURN(auto parsed, iceberg::ParseExpressionText(text));
  return iceberg::Bind(parsed, schema, iceberg::NameCase::kSensitive);
}

Status Run(int argc, char** argv) {
  ASSIGN_OR_RETURN(auto store, storage::LocalObjectStore::Make({.sync = false}));
  ThreadPool pool(1);
  const ReadOptions options;
  ReadContext context{*store, pool, options};
  FileToRead file{.path = argv[1]};
  ASSIGN_OR_RETURN(iceberg::Schema schema, SchemaOf(context, file));
  ReadRequest request{.schema = schema};
  std::istringstream names(argv[2]);
  for (std::string name; std::getline(names, name, ',');) {
    const iceberg::NestedField* field = schema.FindField(name);
    if (field == nullptr) {
      return Error(ErrorCode::kInvalidArgument, "No such column: " + name);
    }
    request.columns.push_back(*field);
  }
  ASSIGN_OR_RETURN(FileDeletes deletes, MakeDeletes(context, request, file, argv[3]));
  auto filter = iceberg::BoundExpression::True();
  if (argc > 5) {
    ASSIGN_OR_RETURN(filter, FilterOf(argv[5], schema));
  }
  if (argc > 6) {
    context.options.page_index = PageIndexUse::kNever;
  }
  double best = 1e9;
  ReadCounts counts;
  for (int round = 0; round < std::stoi(argv[4]); ++round) {
    auto begin = std::chrono::steady_clock::now();
    ASSIGN_OR_RETURN(counts, ReadOnce(context, request, file, filter, deletes));
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    best = std::min(best, took.count());
  }
  std::printf("%.6f %lld %lld\n", best, static_cast<long long>(counts.rows_returned),
              static_cast<long long>(counts.bytes_fetched));
  return {};
}

}  // namespace
}  // namespace firn::columnar

int main(int argc, char** argv) {
  if (argc < 5 || argc > 7) {
    std::cerr << "usage: scan_bench FILE COLUMNS none|position|vector|equality ROUNDS "
                 "[FILTER [whole]]\n";
    return 2;
  }
  auto done = firn::columnar::Run(argc, argv);
  if (!done.has_value()) {
    std::cerr << done.error().Describe() << "\n";
    return 1;
  }
  return 0;
}
