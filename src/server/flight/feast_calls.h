// FeastCalls: what a Feast client asks of its remote offline store, answered from the tables of the
// default warehouse, by the definitions of Feast's registry. Calls are runs of FeatureService: so
// many at a time, each within its memory and its time. The upload is read and definitions are
// loaded before a call has its place: a client that sends nothing and a registry that does not
// answer take none from others.
//
// Reads: get_historical_features, pull_all_from_table_or_query, pull_latest_from_table_or_query,
// get_table_column_names_and_types_from_data_source. Changes: offline_write_batch (a commit to the
// source's table); validate_data_source changes nothing, and is sent as one.
//
// Errors: kUnsupported naming an API that is not served; kResourceExhausted where as many calls run
// or wait for definitions as may; those of definitions, tables and joins.
// Thread-safety: any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include <arrow/table.h>

#include "base/clock.h"
#include "base/result.h"
#include "features/definitions/definitions.h"
#include "features/definitions/feast_registry.h"
#include "server/features/feature_rows.h"
#include "server/features/feature_run.h"
#include "server/features/feature_service.h"
#include "server/flight/feast_command.h"
#include "server/flight/feast_views.h"
#include "server/service/environment.h"
#include "server/service/warehouses.h"

namespace firn::flight {

struct FeastOptions {
  /// Feast's project; empty: the registry has one, or no name is in two.
  std::string project;
  /// What a call may take.
  std::chrono::milliseconds time{std::chrono::minutes(10)};
};

class FeastCalls {
 public:
  using RunPtr = std::shared_ptr<server_features::FeatureRun>;
  using RowsPtr = std::unique_ptr<server_features::FeatureRows>;
  using RegistryPtr = std::shared_ptr<const features::FeastRegistry>;

  /// Calls that wait for definitions at a time.
  static constexpr int kMaxLoading = 64;

  /// A call that has its place.
  struct Call {
    RunPtr run;
    /// As it was just before; null where the command needs none.
    RegistryPtr registry;
  };

  /// All references outlive the calls. `definitions` are Feast's registry.
  FeastCalls(const service::Environment& environment,
             const service::WarehouseDirectory& warehouses,
             server_features::FeatureService& features,
             std::unique_ptr<features::Definitions> definitions,
             const FeastOptions& options);

  /// True for an API that Read answers.
  static bool IsRead(std::string_view api);

  /// When a call that comes now has to have ended.
  MonotonicTime Deadline() const { return std::chrono::steady_clock::now() + options_.time; }
  /// kResourceExhausted where Begin would have no place now: nothing need be uploaded.
  Status CheckPlace() { return features_.CheckPlace(); }
  /// The definitions that the command needs, then a place: once the upload has been read.
  Result<Call> Begin(const FeastCommand& command,
                     MonotonicTime deadline,
                     const std::stop_token& stop);

  /// `command` is the one of Begin; the call's run outlives the rows.
  Result<RowsPtr> Read(const Call& call,
                       FeastCommand command,
                       const std::shared_ptr<arrow::Table>& uploaded);
  Status Change(const Call& call,
                FeastCommand command,
                const std::shared_ptr<arrow::Table>& uploaded);

 private:
  Result<RegistryPtr> LoadDefinitions();
  Result<RunPtr> TakePlace(MonotonicTime deadline, const std::stop_token& stop);

  Result<RowsPtr> Historical(const Call& call,
                             const FeastCommand& command,
                             const arrow::Table& uploaded);
  Result<RowsPtr> InWindow(server_features::FeatureRun& run,
                           const FeastCommand& command,
                           const FeastViews& views);
  Result<RowsPtr> PullAll(const Call& call, const FeastCommand& command);
  Result<RowsPtr> PullLatest(const Call& call, const FeastCommand& command);
  Result<RowsPtr> Columns(server_features::FeatureRun& run, const FeastCommand& command);
  Status Validate(server_features::FeatureRun& run, const FeastCommand& command);
  Status Append(const Call& call, const FeastCommand& command, const arrow::Table& rows);
  /// The table of the source that the command names.
  static Result<table::Table> SourceTable(const Call& call, const FeastCommand& command);

  const service::Environment environment_;
  const service::WarehouseDirectory& warehouses_;
  server_features::FeatureService& features_;
  const FeastOptions options_;
  const std::unique_ptr<features::Definitions> definitions_;
  std::atomic<int> loading_ = 0;
};

}  // namespace firn::flight
