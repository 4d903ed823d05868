// Times planning scans of a table whose data files are only in its metadata.
//
//   plan_bench make FOLDER FILES MANIFESTS       prints where the metadata file is
//   plan_bench plan METADATA FILTER cold|warm ROUNDS
//
// `plan` prints JSON: the files found, wall seconds of each round, CPU seconds of all, peak memory.
// Cold: nothing decoded is kept from round to round (the system's page cache is warm). Warm: one
// round before that is not counted. bench/planning/run.py compares with Java and PyIceberg.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "iceberg/expression/expression_text.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "planned_files.h"
#include "storage/local_object_store.h"
#include "table/plan/manifest_cache.h"
#include "table/plan/scan_planner.h"
#include "usage.h"

namespace firn::bench {
namespace {

constexpr size_t kCacheBytes = size_t{1} << 30;
constexpr int64_t kMaxMetadataBytes = int64_t{1} << 30;

/// Plans everything as a reader would; the files.
Result<int64_t> PlanOnce(const table::PlanContext& context,
                         const iceberg::TableMetadataPtr& table,
                         const table::ScanRequest& request) {
  ASSIGN_OR_RETURN(table::ScanPlan plan, table::ScanPlan::Begin(context, table, request));
  int64_t files = 0;
  RETURN_IF_ERROR(plan.ForEachManifest(0, plan.manifest_count(), {},
                                       [&](const table::ManifestTasks& tasks) -> Status {
                                         files += static_cast<int64_t>(tasks.files.size());
                                         return {};
                                       }));
  return files;
}

struct PlanOptions {
  std::string metadata;
  std::string filter;
  bool warm = false;
  int rounds = 1;
};

Status Plan(const PlanOptions& options) {
  ASSIGN_OR_RETURN(auto store, storage::LocalObjectStore::Make({.sync = false}));
  ASSIGN_OR_RETURN(std::string json, store->Read(options.metadata, kMaxMetadataBytes));
  ASSIGN_OR_RETURN(iceberg::TableMetadataPtr table, iceberg::ParseTableMetadata(json));
  table::ScanRequest request;
  ASSIGN_OR_RETURN(request.filter, iceberg::ParseExpressionText(options.filter));
  const size_t cores = std::max(1U, std::thread::hardware_concurrency());
  ThreadPool pool(cores - 1);
  auto cache = std::make_unique<table::ManifestCache>(options.warm ? kCacheBytes : 0);
  const table::PlanContext context{*store, *cache, pool, cores};
  if (options.warm) {
    RETURN_IF_ERROR(PlanOnce(context, table, request));
  }
  const double cpu_before = CpuSeconds();
  std::vector<double> seconds;
  int64_t files = 0;
  for (int round = 0; round < options.rounds; ++round) {
    auto begin = std::chrono::steady_clock::now();
    ASSIGN_OR_RETURN(files, PlanOnce(context, table, request));
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    seconds.push_back(took.count());
  }
  const double cpu_seconds = CpuSeconds() - cpu_before;
  std::cout
      << fmt::format(
             R"({{"files": {}, "seconds": [{:.6f}], "cpu_seconds": {:.6f}, "peak_mib": {:.1f}}})",
             files, fmt::join(seconds, ", "), cpu_seconds / options.rounds,
             static_cast<double>(Resident().peak_kib) / 1024)
      << "\n";
  return {};
}

Status Make(const std::string& folder, int64_t files, int64_t manifests) {
  ASSIGN_OR_RETURN(auto store, storage::LocalObjectStore::Make({.sync = false}));
  ASSIGN_OR_RETURN(std::string metadata,
                   MakePlannedFiles(*store, "file://" + folder, files, manifests));
  std::cout << metadata << "\n";
  return {};
}

Status Run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 4 && arguments[0] == "make") {
    return Make(arguments[1], std::stoll(arguments[2]), std::stoll(arguments[3]));
  }
  if (arguments.size() == 5 && arguments[0] == "plan") {
    return Plan({.metadata = arguments[1],
                 .filter = arguments[2],
                 .warm = arguments[3] == "warm",
                 .rounds = std::stoi(arguments[4])});
  }
  return Error(ErrorCode::kInvalidArgument,
               "usage: plan_bench make FOLDER FILES MANIFESTS\n"
               "       plan_bench plan METADATA FILTER cold|warm ROUNDS");
}

}  // namespace
}  // namespace firn::bench

int main(int argc, char** argv) {
  auto done = firn::bench::Run({argv + 1, argv + argc});
  if (!done.has_value()) {
    std::cerr << done.error().message() << "\n";
    return 1;
  }
  return 0;
}
