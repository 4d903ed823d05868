// firn features latest: the newest row of every key of a table.
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/features/commands.h"
#include "cli/features/feature_run.h"
#include "features/latest/latest_rows.h"
#include "features/request/view_text.h"

namespace firn::cli {
namespace {

struct LatestFlags {
  FeatureRunFlags run;
  std::string view;
  WindowFlags window;
};

Status Latest(const LatestFlags& flags) {
  ASSIGN_OR_RETURN(auto run, FeatureRun::Open(flags.run));
  ASSIGN_OR_RETURN(features::ViewText text, features::ParseViewText(flags.view));
  ASSIGN_OR_RETURN(table::Table table, run->catalog().Load(text.table));
  features::LatestRequest request;
  ASSIGN_OR_RETURN(request.view, features::MakeView(text, std::move(table), run->snapshot(),
                                                    features::FeatureNames::kShort));
  ASSIGN_OR_RETURN(features::EntityWindow window, WindowOf(flags.window));
  request.start_us = window.start_us;
  request.end_us = window.end_us;
  ASSIGN_OR_RETURN(auto rows, features::LatestRows(run->context(), request));
  return run->Print(rows->schema(), [rows]() mutable -> Result<std::shared_ptr<arrow::Table>> {
    return std::exchange(rows, nullptr);
  });
}

}  // namespace

void AddLatest(CLI::App& group, Chosen& chosen) {
  CLI::App* app = group.add_subcommand("latest", "Print the newest row of every key of a table");
  auto flags = std::make_shared<LatestFlags>();
  app->add_option("view", flags->view,
                  "TABLE:FEATURE,...@key=COLUMN[,time=,created=,snapshot=,schema=,ref=]")
      ->required();
  AddWindowFlags(*app, flags->window);
  AddFeatureRunFlags(*app, flags->run);
  app->callback([flags, &chosen] { chosen.action = [flags] { return Latest(*flags); }; });
}

}  // namespace firn::cli
