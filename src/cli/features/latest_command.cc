// firn features latest: the newest row of every key of a table.
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/data/selection.h"
#include "cli/features/commands.h"
#include "cli/features/feature_run.h"
#include "features/latest/latest_rows.h"
#include "features/request/view_text.h"

namespace firn::cli {
namespace {

constexpr int64_t kMilliMicros = 1'000;

struct LatestFlags {
  FeatureRunFlags run;
  std::string view;
  std::string start;
  std::string end;
};

Status Latest(const LatestFlags& flags) {
  ASSIGN_OR_RETURN(auto run, FeatureRun::Open(flags.run));
  ASSIGN_OR_RETURN(features::ViewText text, features::ParseViewText(flags.view));
  ASSIGN_OR_RETURN(table::Table table, run->catalog().Load(text.table));
  features::LatestRequest request;
  ASSIGN_OR_RETURN(request.view, features::MakeView(text, std::move(table), run->snapshot()));
  if (!flags.start.empty()) {
    ASSIGN_OR_RETURN(TimestampMs start, ReadTime(flags.start));
    request.start_us = start.value() * kMilliMicros;
  }
  if (!flags.end.empty()) {
    ASSIGN_OR_RETURN(TimestampMs end, ReadTime(flags.end));
    request.end_us = end.value() * kMilliMicros;
  }
  ASSIGN_OR_RETURN(auto rows, features::LatestRows(run->context(), request));
  return run->Print(rows->schema(), [rows]() mutable -> Result<std::shared_ptr<arrow::Table>> {
    return std::exchange(rows, nullptr);
  });
}

}  // namespace

void AddLatest(CLI::App& group, Chosen& chosen) {
  CLI::App* app = group.add_subcommand("latest", "Print the newest row of every key of a table");
  auto flags = std::make_shared<LatestFlags>();
  app->add_option("view", flags->view, "TABLE:FEATURE,...@key=COLUMN[,time=,created=]")->required();
  app->add_option("--start", flags->start, "The first event time, in UTC: 2026-11-29T08:00:00");
  app->add_option("--end", flags->end, "The last event time");
  AddFeatureRunFlags(*app, flags->run);
  app->callback([flags, &chosen] { chosen.action = [flags] { return Latest(*flags); }; });
}

}  // namespace firn::cli
