// firn features join: an entity frame from a Parquet file, joined with the newest rows of tables.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <arrow/table.h>

#include "cli/features/commands.h"
#include "cli/features/feature_run.h"
#include "cli/features/parquet_frame.h"
#include "features/entities/table_join.h"
#include "features/join/join_stream.h"
#include "features/request/default_memory.h"
#include "features/request/requested_join.h"

namespace firn::cli {
namespace {

/// What the program, the frame's file and the answer's hold beside a join.
constexpr int64_t kBesideBytes = int64_t{64} << 20;

struct JoinFlags {
  FeatureRunFlags run;
  WindowFlags window;
  std::string entities;
  std::string event_timestamp;
  std::vector<std::string> views;
  bool full_feature_names = false;
  int64_t memory_bytes = 0;
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

/// What of a limit the join itself may hold.
int64_t JoinBytes(int64_t memory_bytes) {
  if (memory_bytes < features::kMinJoinBytes) {
    return memory_bytes;  // to be refused
  }
  return std::max(memory_bytes - kBesideBytes, features::kMinJoinBytes);
}

Status Join(const JoinFlags& flags) {
  std::shared_ptr<arrow::RecordBatchReader> frame;
  if (!flags.entities.empty()) {
    ASSIGN_OR_RETURN(frame, OpenParquetFrame(flags.entities));
  }
  ASSIGN_OR_RETURN(features::EntityWindow window, WindowOf(flags.window));
  ASSIGN_OR_RETURN(auto run, FeatureRun::Open(flags.run));
  ASSIGN_OR_RETURN(features::RequestedJoin requested, RequestOf(flags, *run));
  ASSIGN_OR_RETURN(features::JoinRequest request,
                   features::MakeJoinRequest(run->catalog(), requested,
                                             frame ? frame->schema().get() : nullptr));
  const int64_t memory_bytes =
      flags.memory_bytes > 0 ? flags.memory_bytes : features::DefaultMemoryBytes();
  ASSIGN_OR_RETURN(auto join,
                   frame == nullptr
                       ? features::JoinTables(run->context(), std::move(request), window,
                                              JoinBytes(memory_bytes))
                       : features::JoinStream::Open(run->context(), std::move(frame),
                                                    std::move(request), JoinBytes(memory_bytes)));
  const int64_t row_group_bytes = std::min(kMaxRowGroupBytes, memory_bytes / 16);
  return run->Print(join->schema(), [&join] { return join->Next(); }, row_group_bytes);
}

}  // namespace

void AddJoin(CLI::App& group, Chosen& chosen) {
  CLI::App* app =
      group.add_subcommand("join", "Join an entity frame with the newest rows before its times");
  auto flags = std::make_shared<JoinFlags>();
  CLI::Option* entities = app->add_option(
      "--entities", flags->entities,
      "A Parquet file: keys, times, whatever else; without it every key and time of the tables");
  app->add_option(
         "--view", flags->views,
         "TABLE:FEATURE,...[@ttl=7d,key=ENTITY:COLUMN,time=,created=,created-later=,snapshot=,"
         "schema=,ref=], repeatable")
      ->required()
      ->allow_extra_args(false);
  app->add_option("--event-timestamp", flags->event_timestamp,
                  "The entity frame's column of times; event_timestamp, or the only one");
  app->add_option("--memory-limit", flags->memory_bytes,
                  "What the join may hold, 512MB, 4GB; half of the machine's memory without it")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::PositiveNumber);
  AddWindowFlags(*app, flags->window);
  app->get_option("--start")->excludes(entities);
  app->get_option("--end")->excludes(entities);
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
