#include "cli/features/parquet_table.h"

#include <arrow/io/file.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>

#include "columnar/io/arrow_status.h"

namespace firn::cli {

Result<std::shared_ptr<arrow::Table>> ReadParquetTable(const std::string& path) {
  return columnar::Guarded([&]() -> Result<std::shared_ptr<arrow::Table>> {
    auto file = arrow::io::ReadableFile::Open(path);
    if (!file.ok()) {
      return Error(ErrorCode::kNotFound,
                   fmt::format("Cannot open {}: {}", path, file.status().message()));
    }
    auto named = [&path](Error error) { return std::move(error).With("file", path); };
    auto reader = columnar::ToResult(parquet::arrow::OpenFile(*file, arrow::default_memory_pool()),
                                     ErrorCode::kInvalidArgument);
    if (!reader.has_value()) {
      return named(std::move(reader).error());
    }
    (*reader)->set_use_threads(true);
    auto table = columnar::ToResult((*reader)->ReadTable(), ErrorCode::kInvalidArgument);
    if (!table.has_value()) {
      return named(std::move(table).error());
    }
    return table;
  });
}

}  // namespace firn::cli
