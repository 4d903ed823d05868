// What interop.py drives: files between Firn's columnar rooms and Arrow's IPC format.
//
//   columnar_tool write IN.arrow SCHEMA.json FOLDER [PROPERTY=VALUE ...]   prints a line a data
//   file columnar_tool read FILE.parquet SCHEMA.json OUT.arrow [FILTER]
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>

#include "base/hex.h"
#include "columnar/io/arrow_status.h"
#include "columnar/read/data_file_reader.h"
#include "columnar/write/table_file_writer.h"
#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/schema/schema_json.h"
#include "storage/local_object_store.h"

namespace {

using firn::Result;
using firn::Status;
using firn::columnar::ToResult;

Result<firn::iceberg::Schema> SchemaIn(const std::string& path) {
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  ASSIGN_OR_RETURN(auto document, firn::json::Document::Parse(text, {}));
  return firn::iceberg::ParseSchema(document.root());
}

template <class Values>
void PrintNumbers(const char* name, const Values& values) {
  std::cout << " " << name << "=";
  for (const auto& [id, value] : values) {
    std::cout << id.value() << ":" << value << ",";
  }
}

void PrintBounds(const char* name, const firn::iceberg::BoundsByField& bounds) {
  std::cout << " " << name << "=";
  for (const auto& [id, value] : bounds) {
    std::cout << id.value() << ":" << firn::HexEncode(value) << ",";
  }
}

Status Write(int argc, char** argv, firn::storage::ObjectStore& store) {
  ASSIGN_OR_RETURN(auto schema, SchemaIn(argv[3]));
  firn::iceberg::PropertyMap map;
  for (int i = 5; i < argc; ++i) {
    std::string pair = argv[i];
    map[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
  }
  ASSIGN_OR_RETURN(auto properties, firn::columnar::ReadWriteProperties(map, schema, {}));
  ASSIGN_OR_RETURN(auto file, ToResult(arrow::io::ReadableFile::Open(argv[2])));
  ASSIGN_OR_RETURN(auto reader, ToResult(arrow::ipc::RecordBatchFileReader::Open(file)));
  const firn::columnar::DataLocations locations(argv[4], {{"write.data.path", argv[4]}});
  firn::columnar::TableWriteRequest request{
      .schema = schema,
      .properties = properties,
      .target = {.store = store, .locations = locations, .prefix = "interop"}};
  ASSIGN_OR_RETURN(auto writer, firn::columnar::TableFileWriter::Make(request, *reader->schema()));
  for (int i = 0; i < reader->num_record_batches(); ++i) {
    ASSIGN_OR_RETURN(auto batch, ToResult(reader->ReadRecordBatch(i)));
    RETURN_IF_ERROR(writer->Write(*batch));
  }
  ASSIGN_OR_RETURN(auto files, writer->Finish());
  for (const auto& data : files) {
    std::cout << "path=" << data.path << " rows=" << data.record_count
              << " bytes=" << data.file_size_bytes;
    PrintNumbers("values", data.value_counts);
    PrintNumbers("nulls", data.null_value_counts);
    PrintNumbers("nans", data.nan_value_counts);
    PrintNumbers("sizes", data.column_sizes);
    PrintBounds("lower", data.lower_bounds);
    PrintBounds("upper", data.upper_bounds);
    std::cout << "\n";
  }
  return {};
}

Status Read(int argc, char** argv, firn::storage::ObjectStore& store) {
  ASSIGN_OR_RETURN(auto schema, SchemaIn(argv[3]));
  firn::ThreadPool pool(1);
  const firn::columnar::ReadOptions options;
  firn::columnar::ReadContext context{store, pool, options};
  firn::columnar::ReadRequest request{.schema = schema};
  request.columns.assign(schema.fields().begin(), schema.fields().end());
  auto filter = firn::iceberg::BoundExpression::True();
  if (argc > 5) {
    ASSIGN_OR_RETURN(auto parsed, firn::iceberg::ParseExpressionText(argv[5]));
    ASSIGN_OR_RETURN(filter,
                     firn::iceberg::Bind(parsed, schema, firn::iceberg::NameCase::kSensitive));
  }
  ASSIGN_OR_RETURN(auto reader, firn::columnar::DataFileReader::Open(
                                    context, request, {.path = argv[2]}, filter, {}));
  ASSIGN_OR_RETURN(auto sink, ToResult(arrow::io::FileOutputStream::Open(argv[4])));
  ASSIGN_OR_RETURN(auto writer, ToResult(arrow::ipc::MakeFileWriter(sink, reader->schema())));
  while (true) {
    ASSIGN_OR_RETURN(auto batch, reader->Next());
    if (batch == nullptr) {
      break;
    }
    RETURN_IF_ERROR(firn::columnar::ToStatus(writer->WriteRecordBatch(*batch)));
  }
  std::cout << "skipped=" << reader->counts().row_groups_skipped
            << " pages=" << reader->counts().pages_read << "\n";
  RETURN_IF_ERROR(firn::columnar::ToStatus(writer->Close()));
  return firn::columnar::ToStatus(sink->Close());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "usage: columnar_tool write|read IN SCHEMA OUT ...\n";
    return 2;
  }
  auto store = firn::storage::LocalObjectStore::Make({.sync = false});
  if (!store.has_value()) {
    return 1;
  }
  Status done =
      std::string(argv[1]) == "write" ? Write(argc, argv, **store) : Read(argc, argv, **store);
  if (!done.has_value()) {
    std::cerr << done.error().Describe() << "\n";
    return 1;
  }
  return 0;
}
