// firn features join: an entity frame from a Parquet file, joined with the newest rows of tables.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <arrow/table.h>

#include "cli/features/commands.h"
#include "cli/features/feature_run.h"
#include "cli/features/parquet_table.h"
#include "features/join/point_in_time_join.h"
#include "features/request/requested_join.h"

namespace firn::cli {
namespace {

struct JoinFlags {
  FeatureRunFlags run;
  std::string entities;
  std::string event_timestamp;
  std::vector<std::string> views;
  bool full_feature_names = false;
};

Result<features::RequestedJoin> RequestOf(const JoinFlags& flags, const FeatureRun& run) {
  features::RequestedJoin request{.event_timestamp = flags.event_timestamp,
                                  .snapshot = run.snapshot()};
  request.names =
      flags.full_feature_names ? features::FeatureNames::kFull : features::FeatureNames::kShort;
  for (const std::string& text : flags.views) {
    ASSIGN_OR_RETURN(features::ViewText view, features::ParseViewText(text));
    request.views.push_back({std::move(view), std::nullopt});
  }
  return request;
}

Status Join(const JoinFlags& flags) {
  ASSIGN_OR_RETURN(auto entities, ReadParquetTable(flags.entities));
  ASSIGN_OR_RETURN(auto run, FeatureRun::Open(flags.run));
  ASSIGN_OR_RETURN(features::RequestedJoin requested, RequestOf(flags, *run));
  ASSIGN_OR_RETURN(features::JoinRequest request,
                   features::MakeJoinRequest(run->catalog(), requested, *entities->schema()));
  ASSIGN_OR_RETURN(auto joined, features::PointInTimeJoin(run->context(), entities, request));
  return run->Print(*joined);
}

}  // namespace

void AddJoin(CLI::App& group, Chosen& chosen) {
  CLI::App* app =
      group.add_subcommand("join", "Join an entity frame with the newest rows before its times");
  auto flags = std::make_shared<JoinFlags>();
  app->add_option("--entities", flags->entities, "A Parquet file: keys, times, whatever else")
      ->required();
  app->add_option("--view", flags->views,
                  "TABLE:FEATURE,...[@ttl=7d,key=ENTITY:COLUMN,time=,created=], repeatable")
      ->required()
      ->allow_extra_args(false);
  app->add_option("--event-timestamp", flags->event_timestamp,
                  "The entity frame's column of times; event_timestamp, or the only one");
  app->add_flag("--full-feature-names", flags->full_feature_names, "view__feature");
  AddFeatureRunFlags(*app, flags->run);
  app->callback([flags, &chosen] { chosen.action = [flags] { return Join(*flags); }; });
}

void AddFeatures(CLI::App& app, Chosen& chosen) {
  CLI::App* group = app.add_subcommand("features", "Training sets from tables");
  group->require_subcommand(1);
  AddJoin(*group, chosen);
  AddLatest(*group, chosen);
}

}  // namespace firn::cli
