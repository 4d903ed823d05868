// Times point-in-time joins of tables of a catalog with an entity frame from a Parquet file.
//
//   join_bench --catalog URI --entities FILE --view TABLE=FEATURE,FEATURE... --ttl-days N
//              [--rounds N] [--readers N] [--out FILE]
//
// The frame has the columns `entity` and `event_timestamp`, tables `entity`, `event_ts`,
// `created_ts` and the features. Prints a line of JSON: wall and CPU seconds of each round, peak
// resident memory of the process. --out: the last answer as an Arrow file. bench/features/run.py
// compares with others.
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <arrow/io/file.h>
#include <arrow/ipc/writer.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <parquet/arrow/reader.h>

#include "base/thread_pool.h"
#include "catalog/open/open_catalog.h"
#include "columnar/io/arrow_status.h"
#include "features/join/point_in_time_join.h"
#include "table/plan/manifest_cache.h"
#include "usage.h"

namespace firn::features {
namespace {

using columnar::ToResult;
using TablePtr = std::shared_ptr<arrow::Table>;

constexpr int64_t kDayMicros = int64_t{86'400} * 1'000'000;

struct Arguments {
  std::string catalog;
  std::string entities;
  std::vector<std::string> views;
  int64_t ttl_days = 7;
  int rounds = 3;
  size_t readers = std::thread::hardware_concurrency();
  std::string out;
};

Result<TablePtr> ReadParquet(const std::string& path) {
  ASSIGN_OR_RETURN(auto file, ToResult(arrow::io::ReadableFile::Open(path)));
  ASSIGN_OR_RETURN(auto reader,
                   ToResult(parquet::arrow::OpenFile(file, arrow::default_memory_pool())));
  return ToResult(reader->ReadTable());
}

Status WriteArrow(const arrow::Table& table, const std::string& path) {
  ASSIGN_OR_RETURN(auto file, ToResult(arrow::io::FileOutputStream::Open(path)));
  ASSIGN_OR_RETURN(auto writer, ToResult(arrow::ipc::MakeFileWriter(file, table.schema())));
  RETURN_IF_ERROR(columnar::ToStatus(writer->WriteTable(table)));
  RETURN_IF_ERROR(columnar::ToStatus(writer->Close()));
  return columnar::ToStatus(file->Close());
}

/// `db.table=a,b`
Result<JoinView> ViewOf(catalog::Catalog& catalog, const std::string& text, int64_t ttl_days) {
  const size_t split = text.find('=');
  if (split == std::string::npos) {
    return Error(ErrorCode::kInvalidArgument, "A view is TABLE=FEATURE,FEATURE...");
  }
  JoinView view{.name = text.substr(0, split),
                .keys = {{"entity", "entity"}},
                .timestamp_column = "event_ts",
                .created_column = "created_ts",
                .ttl_us = ttl_days * kDayMicros};
  ASSIGN_OR_RETURN(TableIdentifier identifier, ParseDottedIdentifier(view.name));
  ASSIGN_OR_RETURN(view.table, catalog.Load(identifier));
  for (const std::string& feature : CLI::detail::split(text.substr(split + 1), ',')) {
    view.features.push_back({feature, view.name + "." + feature});
  }
  return view;
}

Status Run(const Arguments& arguments) {
  ASSIGN_OR_RETURN(catalog::CatalogConfig config, catalog::ReadCatalogUri(arguments.catalog, {}));
  ASSIGN_OR_RETURN(auto catalog, catalog::OpenCatalog(config, catalog::ProcessEnvironment()));
  ASSIGN_OR_RETURN(TablePtr entities, ReadParquet(arguments.entities));
  JoinRequest request{.event_timestamp = "event_timestamp", .views = {}};
  for (const std::string& view : arguments.views) {
    ASSIGN_OR_RETURN(request.views.emplace_back(), ViewOf(*catalog, view, arguments.ttl_days));
  }
  ThreadPool pool(arguments.readers);
  std::vector<double> wall;
  std::vector<double> cpu;
  for (int round = 0; round < arguments.rounds; ++round) {
    table::ManifestCache manifests(64 << 20);
    const table::ScanContext scan{
        .manifests = manifests, .pool = pool, .readers = arguments.readers};
    const double cpu_before = bench::CpuSeconds();
    const auto begin = std::chrono::steady_clock::now();
    ASSIGN_OR_RETURN(TablePtr joined, PointInTimeJoin({.scan = scan}, entities, request));
    wall.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    cpu.push_back(bench::CpuSeconds() - cpu_before);
    if (!arguments.out.empty() && round + 1 == arguments.rounds) {
      RETURN_IF_ERROR(WriteArrow(*joined, arguments.out));
    }
  }
  fmt::print("{{\"wall\": [{:.4f}], \"cpu\": [{:.4f}], \"peak_mib\": {:.1f}}}\n",
             fmt::join(wall, ", "), fmt::join(cpu, ", "),
             static_cast<double>(bench::Resident().peak_kib) / 1024);
  return {};
}

}  // namespace
}  // namespace firn::features

int main(int argc, char** argv) {
  CLI::App app("Times point-in-time joins");
  firn::features::Arguments arguments;
  app.add_option("--catalog", arguments.catalog)->required();
  app.add_option("--entities", arguments.entities)->required();
  app.add_option("--view", arguments.views)->required();
  app.add_option("--ttl-days", arguments.ttl_days);
  app.add_option("--rounds", arguments.rounds);
  app.add_option("--readers", arguments.readers);
  app.add_option("--out", arguments.out);
  CLI11_PARSE(app, argc, argv);
  firn::Status done = firn::features::Run(arguments);
  if (!done.has_value()) {
    std::fprintf(stderr, "%s\n", done.error().Describe().c_str());
    return 1;
  }
  return 0;
}
