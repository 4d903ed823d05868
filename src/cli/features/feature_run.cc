#include "cli/features/feature_run.h"

#include <chrono>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/stop_wait.h"
#include "cli/data/progress.h"
#include "columnar/io/arrow_status.h"
#include "features/request/as_of.h"
#include "iceberg/schema/time_text.h"

namespace firn::cli {
namespace {

constexpr int64_t kPrintedRows = 64 << 10;

/// A bar of what is done, told by a thread of its own: the work is one long call.
class ProgressTeller {
 public:
  ProgressTeller(const features::JoinProgress& rows, bool rows_on_screen)
      : progress_(rows_on_screen) {
    if (progress_.shown()) {
      thread_ = std::jthread([this, &rows](const std::stop_token& stop) { Tell(rows, stop); });
    }
  }

 private:
  void Tell(const features::JoinProgress& rows, const std::stop_token& stop) {
    while (!WaitForStop(stop, kTellEvery)) {
      const int64_t done = rows.done_rows;
      progress_.Tell(done, rows.planned_rows, fmt::format("{} rows read", done));
    }
  }

  static constexpr std::chrono::milliseconds kTellEvery{100};

  Progress progress_;
  std::jthread thread_;
};

}  // namespace

void AddFeatureRunFlags(CLI::App& app, FeatureRunFlags& flags) {
  app.add_option("--as-of", flags.as_of,
                 "Every table as it was then: a time in UTC, 2026-11-29T08:00:00");
  app.add_option("--format", flags.format,
                 "table, csv, jsonl, parquet or arrow; if not given by the file's name");
  app.add_option("-o,--out,--output", flags.file,
                 "A file, which appears when it is complete; else standard output");
  AddServerFlag(app, flags.where);
  AddWarehouseFlag(app, flags.where);
  AddElsewhereFlags(app, flags.where);
}

void AddWindowFlags(CLI::App& app, WindowFlags& flags) {
  app.add_option("--start", flags.start, "The first event time, in UTC: 2026-11-29T08:00:00");
  app.add_option("--end", flags.end, "The last event time");
}

Result<features::EntityWindow> WindowOf(const WindowFlags& flags) {
  features::EntityWindow window;
  if (!flags.start.empty()) {
    ASSIGN_OR_RETURN(TimestampUs start, iceberg::ReadTimeUs(flags.start));
    window.start_us = start.value();
  }
  if (!flags.end.empty()) {
    ASSIGN_OR_RETURN(TimestampUs end, iceberg::ReadTimeUs(flags.end));
    window.end_us = end.value();
  }
  return window;
}

FeatureRun::FeatureRun(std::unique_ptr<catalog::Catalog> catalog)
    : session_(std::move(catalog), {}), scan_(session_.scan_context()) {}

Result<std::unique_ptr<FeatureRun>> FeatureRun::Open(const FeatureRunFlags& flags) {
  ASSIGN_OR_RETURN(RowFormat format, RowFormatOf(flags.format, flags.file));
  std::optional<TimestampMs> as_of;
  if (!flags.as_of.empty()) {
    ASSIGN_OR_RETURN(as_of, iceberg::ReadTime(flags.as_of));
  }
  ASSIGN_OR_RETURN(table::SnapshotSelector snapshot, features::StateAsOf(as_of, SystemClock()));
  CatalogChoice choice = flags.where;
  RETURN_IF_ERROR(Resolve(choice, Elsewhere::kMayBe));
  ASSIGN_OR_RETURN(auto catalog, OpenChosen(choice));
  std::unique_ptr<FeatureRun> run(new FeatureRun(std::move(catalog)));
  run->snapshot_ = std::move(snapshot);
  run->format_ = format;
  run->file_ = flags.file;
  return run;
}

Status FeatureRun::Print(const std::shared_ptr<arrow::Schema>& schema,
                         const Parts& parts,
                         int64_t row_group_bytes) {
  ASSIGN_OR_RETURN(auto output, OpenRowOutput(format_, file_, schema, row_group_bytes));
  // Tells while the work goes on; ends before the output is complete.
  ProgressTeller teller(progress_, file_.empty());
  while (true) {
    ASSIGN_OR_RETURN(auto part, parts());
    if (part == nullptr) {
      break;
    }
    arrow::TableBatchReader reader(*part);
    reader.set_chunksize(kPrintedRows);
    while (true) {
      ASSIGN_OR_RETURN(auto batch, columnar::ToResult(reader.Next(), ErrorCode::kInternal));
      if (batch == nullptr) {
        break;
      }
      RETURN_IF_ERROR(output->Write(*batch));
    }
  }
  return output->Finish();
}

}  // namespace firn::cli
