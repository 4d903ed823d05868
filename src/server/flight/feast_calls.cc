#include "server/flight/feast_calls.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/array/builder_binary.h>
#include <arrow/array/util.h>
#include <arrow/scalar.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/reworded.h"
#include "columnar/io/arrow_status.h"
#include "columnar/schema/arrow_type.h"
#include "features/request/frame_columns.h"
#include "iceberg/schema/type_text.h"
#include "server/features/served_tables.h"
#include "server/flight/feast_frame.h"
#include "server/flight/reshaped_rows.h"
#include "server/flight/window_rows.h"
#include "storage/call_deadline.h"
#include "table/commit/commit_tools.h"
#include "table/write/table_writer.h"

namespace firn::flight {
namespace {

using columnar::ToResult;
using features::FeastSource;
using server_features::FeatureRows;
using server_features::FeatureRun;

constexpr std::string_view kHistorical = "get_historical_features";
constexpr std::string_view kPullAll = "pull_all_from_table_or_query";
constexpr std::string_view kPullLatest = "pull_latest_from_table_or_query";
constexpr std::string_view kWriteBatch = "offline_write_batch";
constexpr std::string_view kColumns = "get_table_column_names_and_types_from_data_source";
/// Feast's key for views without entities, and its value.
constexpr const char* kDummyKey = "__dummy_id";
/// The time column of Feast's logs, which have no such key.
constexpr std::string_view kLogTimestamp = "__log_timestamp";

/// A column of the answer.
struct Wanted {
  /// In the rows.
  std::string column;
  std::string name;
  bool is_event_time = false;
};

std::vector<Wanted> AsTheyAre(const std::vector<std::string>& columns) {
  std::vector<Wanted> wanted;
  for (const std::string& column : columns) {
    wanted.push_back({column, column});
  }
  return wanted;
}

/// The first column of each name: a tie breaker that is the event time itself comes twice.
int PlaceOf(const arrow::Table& table, const std::string& name) {
  const std::vector<int> places = table.schema()->GetAllFieldIndices(name);
  return places.empty() ? -1 : places.front();
}

/// The wanted columns, as Feast reads them; with `dummy` the key that stands for none.
Reshape Chosen(std::vector<Wanted> wanted, bool dummy, arrow::MemoryPool* memory) {
  return [wanted = std::move(wanted), dummy,
          memory](const arrow::Table& part) -> Result<std::shared_ptr<arrow::Table>> {
    arrow::FieldVector fields;
    arrow::ChunkedArrayVector columns;
    for (const Wanted& each : wanted) {
      const int place = PlaceOf(part, each.column);
      if (place < 0) {
        return Error(ErrorCode::kInvalidArgument,
                     fmt::format("The table has no column {}", each.column));
      }
      const auto& column = part.column(place);
      ASSIGN_OR_RETURN(columns.emplace_back(), each.is_event_time ? AsInstants(column, memory)
                                                                  : AsFeastReads(column, memory));
      fields.push_back(arrow::field(each.name, columns.back()->type()));
    }
    if (dummy) {
      ASSIGN_OR_RETURN(auto none, ToResult(arrow::MakeArrayFromScalar(arrow::StringScalar(""),
                                                                      part.num_rows(), memory),
                                           ErrorCode::kInternal));
      columns.push_back(std::make_shared<arrow::ChunkedArray>(std::move(none)));
      fields.push_back(arrow::field(kDummyKey, arrow::utf8()));
    }
    return arrow::Table::Make(arrow::schema(std::move(fields), part.schema()->metadata()),
                              std::move(columns), part.num_rows());
  };
}

/// A table that is there already.
class TableRows final : public FeatureRows {
 public:
  explicit TableRows(std::shared_ptr<arrow::Table> table)
      : schema_(table->schema()), table_(std::move(table)) {}
  Result<std::shared_ptr<arrow::Schema>> Open() override { return schema_; }
  Result<std::shared_ptr<arrow::Table>> Next() override { return std::exchange(table_, nullptr); }

 private:
  const std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<arrow::Table> table_;
};

std::shared_ptr<arrow::Schema> SchemaOf(const table::Table& table) {
  return columnar::ArrowSchemaOf(table.metadata->current_schema());
}

template <class Strings>
void AddMissing(std::vector<std::string>& all, const Strings& more) {
  for (const std::string& each : more) {
    if (std::ranges::find(all, each) == all.end()) {
      all.push_back(each);
    }
  }
}

/// Keys, features or every column, times: each once.
std::vector<std::string> PulledColumns(const FeastCommand& command, const table::Table& table) {
  std::vector<std::string> columns = command.join_key_columns;
  AddMissing(columns, command.feature_name_columns.empty() ? SchemaOf(table)->field_names()
                                                           : command.feature_name_columns);
  AddMissing(columns, std::vector{command.timestamp_field});
  if (!command.created_timestamp_column.empty()) {
    AddMissing(columns, std::vector{command.created_timestamp_column});
  }
  return columns;
}

bool NeedsDummy(const FeastCommand& command) {
  return command.join_key_columns.empty() && command.timestamp_field != kLogTimestamp;
}

/// The join of the views' tables. What Feast does not name breaks no ties.
Result<features::JoinRequest> RequestOf(FeatureRun& run,
                                        const FeastViews& views,
                                        const arrow::Schema* entities) {
  ASSIGN_OR_RETURN(features::JoinRequest join,
                   features::MakeJoinRequest(run.tables(), views.join, entities));
  for (size_t i = 0; i < join.views.size(); ++i) {
    if (views.views[i]->source.created_timestamp_column.empty()) {
      join.views[i].created_column = join.views[i].timestamp_column;
    }
  }
  return join;
}

/// Keys that fit the tables', times as instants.
Result<std::shared_ptr<arrow::Table>> FittingFrame(FeatureRun& run,
                                                   const features::JoinRequest& join,
                                                   std::shared_ptr<arrow::Table> frame) {
  for (const features::JoinView& view : join.views) {
    auto schema = SchemaOf(view.table);
    for (const features::JoinKey& key : view.keys) {
      auto field = schema->GetFieldByName(key.table_column);
      if (field != nullptr) {
        ASSIGN_OR_RETURN(frame, WithFittingKey(std::move(frame), key.entity_column, field->type(),
                                               run.memory()));
      }
    }
  }
  const int place = PlaceOf(*frame, join.event_timestamp);
  if (place < 0) {
    return frame;
  }
  ASSIGN_OR_RETURN(auto times, AsInstants(frame->column(place), run.memory()));
  auto field = arrow::field(join.event_timestamp, times->type());
  return ToResult(frame->SetColumn(place, std::move(field), std::move(times)),
                  ErrorCode::kInternal);
}

Error NotServed(const FeastCommand& command) {
  return Error(ErrorCode::kUnsupported,
               fmt::format("{} is not served: use `offline_store: type: iceberg`", command.api));
}

bool NeedsDefinitions(const FeastCommand& command) {
  return command.api == kHistorical || command.api == kPullAll || command.api == kPullLatest ||
         command.api == kWriteBatch;
}

/// One of those that are counted, as long as it is there.
class OneOf {
 public:
  explicit OneOf(std::atomic<int>& count) : count_(count), place_(++count) {}
  ~OneOf() { --count_; }
  OneOf(const OneOf&) = delete;
  OneOf& operator=(const OneOf&) = delete;

  /// From 1.
  int place() const { return place_; }

 private:
  std::atomic<int>& count_;
  const int place_;
};

/// Of a registry, as clients are told: what else is known of it is for who runs the server.
Error Outward(const Error& error) {
  if (error.context().empty()) {
    return error;
  }
  return Reworded(error, fmt::format("{}; the server's log says why", error.message()));
}

}  // namespace

FeastCalls::FeastCalls(const service::Environment& environment,
                       const service::WarehouseDirectory& warehouses,
                       server_features::FeatureService& features,
                       std::unique_ptr<features::Definitions> definitions,
                       const FeastOptions& options)
    : environment_(environment),
      warehouses_(warehouses),
      features_(features),
      options_(options),
      definitions_(std::move(definitions)) {}

bool FeastCalls::IsRead(std::string_view api) {
  return api == kHistorical || api == kPullAll || api == kPullLatest || api == kColumns;
}

Result<FeastCalls::RegistryPtr> FeastCalls::LoadDefinitions() {
  const OneOf waits(loading_);
  if (waits.place() > kMaxLoading) {
    return Error(ErrorCode::kResourceExhausted,
                 fmt::format("{} calls wait for Feast's registry, try again later", kMaxLoading));
  }
  auto loaded = definitions_->Load();
  return loaded.has_value() ? std::move(loaded) : Outward(loaded.error());
}

Result<FeastCalls::RunPtr> FeastCalls::TakePlace(MonotonicTime deadline,
                                                 const std::stop_token& stop) {
  service::CallContext call;
  ASSIGN_OR_RETURN(call.warehouse, warehouses_.Default());
  call.principal = "anonymous";
  call.deadline = deadline;
  return features_.Begin(call, stop);
}

Result<FeastCalls::Call> FeastCalls::Begin(const FeastCommand& command,
                                           MonotonicTime deadline,
                                           const std::stop_token& stop) {
  Call call;
  if (NeedsDefinitions(command)) {
    const storage::CallDeadline files(deadline);
    ASSIGN_OR_RETURN(call.registry, LoadDefinitions());
  }
  ASSIGN_OR_RETURN(call.run, TakePlace(deadline, stop));
  return call;
}

Result<FeastCalls::RowsPtr> FeastCalls::Read(const Call& call,
                                             FeastCommand command,
                                             const std::shared_ptr<arrow::Table>& uploaded) {
  if (command.project.empty()) {
    command.project = options_.project;
  }
  if (command.api == kHistorical) {
    return Historical(call, command, *uploaded);
  }
  if (command.api == kPullAll) {
    return PullAll(call, command);
  }
  if (command.api == kPullLatest) {
    return PullLatest(call, command);
  }
  if (command.api == kColumns) {
    return Columns(*call.run, command);
  }
  return NotServed(command);
}

Status FeastCalls::Change(const Call& call,
                          FeastCommand command,
                          const std::shared_ptr<arrow::Table>& uploaded) {
  if (command.project.empty()) {
    command.project = options_.project;
  }
  if (command.api == kWriteBatch) {
    return Append(call, command, *uploaded);
  }
  if (command.api == "validate_data_source") {
    return Validate(*call.run, command);
  }
  return NotServed(command);
}

Result<FeastCalls::RowsPtr> FeastCalls::Historical(const Call& call,
                                                   const FeastCommand& command,
                                                   const arrow::Table& uploaded) {
  if (command.has_entity_sql) {
    return Error(ErrorCode::kUnsupported, "entity_df as a query is not served: send its rows");
  }
  FeatureRun& run = *call.run;
  ASSIGN_OR_RETURN(FeastViews views, ViewsOf(*call.registry, command, run.call().warehouse.name));
  std::shared_ptr<arrow::Table> frame = EntitiesOf(uploaded);
  if (frame == nullptr) {
    return InWindow(run, command, views);
  }
  ASSIGN_OR_RETURN(features::JoinRequest join, RequestOf(run, views, frame->schema().get()));
  ASSIGN_OR_RETURN(frame, FittingFrame(run, join, std::move(frame)));
  std::vector<std::string> columns = frame->ColumnNames();
  columns.insert(columns.end(), views.outputs.begin(), views.outputs.end());
  auto rows = server_features::JoinRows(
      run.context(), {.request = std::move(join),
                      .entities = std::make_shared<arrow::TableBatchReader>(std::move(frame)),
                      .window = {},
                      .memory_bytes = run.memory_bytes()});
  return ReshapedRows(std::move(rows), Chosen(AsTheyAre(columns), false, run.memory()));
}

Result<FeastCalls::RowsPtr> FeastCalls::InWindow(FeatureRun& run,
                                                 const FeastCommand& command,
                                                 const FeastViews& views) {
  const TimestampUs now(environment_.clock.Now().value() * 1000);
  const DateRange range = DateRangeOf(views, command, now);
  ASSIGN_OR_RETURN(features::JoinRequest join, RequestOf(run, views, nullptr));
  if (join.views.size() > 1) {
    std::vector<Wanted> wanted{{join.event_timestamp, join.event_timestamp, true}};
    std::ranges::move(AsTheyAre(views.keys), std::back_inserter(wanted));
    std::ranges::move(AsTheyAre(views.outputs), std::back_inserter(wanted));
    auto rows = server_features::JoinRows(
        run.context(), {.request = std::move(join),
                        .entities = nullptr,
                        .window = {.start_us = range.start.value(), .end_us = range.end.value()},
                        .memory_bytes = run.memory_bytes()});
    return ReshapedRows(std::move(rows), Chosen(std::move(wanted), false, run.memory()));
  }
  // Of one view every row.
  const features::JoinView& view = join.views.front();
  std::vector<Wanted> wanted{{view.timestamp_column, features::kEventTimestamp, true}};
  for (const features::JoinKey& key : view.keys) {
    wanted.push_back({key.table_column, key.entity_column});
  }
  for (const features::FeatureColumn& feature : view.features) {
    wanted.push_back({feature.table_column, feature.output_name});
  }
  std::vector<std::string> columns;
  std::set<std::string_view> names;
  for (const Wanted& each : wanted) {
    if (!names.insert(each.name).second) {
      return InvalidArgument(fmt::format(
          "Two columns of the answer would be named {}: ask for full feature names", each.name));
    }
    AddMissing(columns, std::vector{each.column});
  }
  ASSIGN_OR_RETURN(
      auto rows,
      WindowRows(run.scan(), view.table, std::move(columns),
                 {.timestamp = view.timestamp_column, .start = range.start, .end = range.end}));
  return ReshapedRows(std::move(rows), Chosen(std::move(wanted), false, run.memory()));
}

Result<table::Table> FeastCalls::SourceTable(const Call& call, const FeastCommand& command) {
  ASSIGN_OR_RETURN(const FeastSource* source,
                   call.registry->FindSource(command.project, command.data_source_name));
  ASSIGN_OR_RETURN(TableIdentifier identifier, source->TableIn(call.run->call().warehouse.name));
  return call.run->tables().Load(identifier);
}

Result<FeastCalls::RowsPtr> FeastCalls::PullAll(const Call& call, const FeastCommand& command) {
  FeatureRun& run = *call.run;
  ASSIGN_OR_RETURN(table::Table table, SourceTable(call, command));
  std::vector<std::string> columns = PulledColumns(command, table);
  auto reshape = Chosen(AsTheyAre(columns), NeedsDummy(command), run.memory());
  ASSIGN_OR_RETURN(auto rows, WindowRows(run.scan(), std::move(table), std::move(columns),
                                         {.timestamp = command.timestamp_field,
                                          .start = command.start,
                                          .end = command.end}));
  return ReshapedRows(std::move(rows), std::move(reshape));
}

Result<FeastCalls::RowsPtr> FeastCalls::PullLatest(const Call& call, const FeastCommand& command) {
  FeatureRun& run = *call.run;
  ASSIGN_OR_RETURN(table::Table table, SourceTable(call, command));
  const std::vector<std::string> columns = PulledColumns(command, table);
  const std::string& created = command.created_timestamp_column.empty()
                                   ? command.timestamp_field
                                   : command.created_timestamp_column;
  features::LatestRequest request{.view = {.name = command.data_source_name,
                                           .table = std::move(table),
                                           .timestamp_column = command.timestamp_field,
                                           .created_column = created}};
  for (const std::string& column : columns) {
    if (std::ranges::find(command.join_key_columns, column) != command.join_key_columns.end()) {
      request.view.keys.push_back({column, column});
    } else if (column != command.timestamp_field && column != created) {
      request.view.features.push_back({column, column});
    }
  }
  request.start_us = command.start ? command.start->value() : request.start_us;
  request.end_us = command.end ? command.end->value() : request.end_us;
  request.memory_bytes = run.memory_bytes();
  return ReshapedRows(server_features::NewestRows(run.context(), std::move(request)),
                      Chosen(AsTheyAre(columns), NeedsDummy(command), run.memory()));
}

Result<FeastCalls::RowsPtr> FeastCalls::Columns(FeatureRun& run, const FeastCommand& command) {
  ASSIGN_OR_RETURN(FeastSource source, features::ReadFeastSourceJson(command.data_source_proto));
  ASSIGN_OR_RETURN(TableIdentifier identifier, source.TableIn(run.call().warehouse.name));
  ASSIGN_OR_RETURN(table::Table table, run.tables().Load(identifier));
  auto schema = SchemaOf(table);
  arrow::StringBuilder names;
  arrow::StringBuilder types;
  const auto& fields = table.metadata->current_schema().fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string type = source.words == features::SourceWords::kIceberg
                                 ? iceberg::ToString(*fields[i].type)
                                 : schema->field(static_cast<int>(i))->type()->ToString();
    RETURN_IF_ERROR(columnar::ToStatus(names.Append(fields[i].name), ErrorCode::kInternal));
    RETURN_IF_ERROR(columnar::ToStatus(types.Append(type), ErrorCode::kInternal));
  }
  ASSIGN_OR_RETURN(auto name_array, ToResult(names.Finish(), ErrorCode::kInternal));
  ASSIGN_OR_RETURN(auto type_array, ToResult(types.Finish(), ErrorCode::kInternal));
  auto answer =
      arrow::schema({arrow::field("name", arrow::utf8()), arrow::field("type", arrow::utf8())});
  return std::make_unique<TableRows>(
      arrow::Table::Make(std::move(answer), arrow::ArrayVector{name_array, type_array}));
}

Status FeastCalls::Validate(FeatureRun& run, const FeastCommand& command) {
  ASSIGN_OR_RETURN(FeastSource source, features::ReadFeastSourceJson(command.data_source_proto));
  ASSIGN_OR_RETURN(TableIdentifier identifier, source.TableIn(run.call().warehouse.name));
  ASSIGN_OR_RETURN(table::Table table, run.tables().Load(identifier));
  auto schema = SchemaOf(table);
  for (const std::string& name : {source.timestamp_field, source.created_timestamp_column}) {
    if (name.empty()) {
      continue;
    }
    const std::string column = source.ColumnOf(name);
    auto field = schema->GetFieldByName(column);
    if (field == nullptr || !arrow::is_temporal(field->type()->id())) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("data source {}: column {} of table {} {}", source.name, column,
                               identifier.ToString(),
                               field == nullptr ? "is not there" : "is no timestamp or date"));
    }
  }
  return {};
}

Status FeastCalls::Append(const Call& call, const FeastCommand& command, const arrow::Table& rows) {
  if (command.feature_view_names.size() != 1) {
    return Error(ErrorCode::kInvalidArgument, "offline_write_batch is of one feature view");
  }
  FeatureRun& run = *call.run;
  ASSIGN_OR_RETURN(const features::FeastView* view,
                   call.registry->FindView(command.project, command.feature_view_names.front()));
  ASSIGN_OR_RETURN(TableIdentifier identifier, view->source.TableIn(run.call().warehouse.name));
  server_features::ServedTables tables(environment_, run.call(),
                                       server_features::FileAccess::kWrite);
  ASSIGN_OR_RETURN(table::Table table, tables.Load(identifier));
  std::vector<std::string> names;
  for (const std::string& name : rows.ColumnNames()) {
    names.push_back(view->source.ColumnOf(name));
  }
  const std::vector<std::string> wanted = SchemaOf(table)->field_names();
  if (names != wanted) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("feature view {}: the columns written are {}; table {} has, in this "
                             "order, {}",
                             view->name, fmt::join(names, ", "), identifier.ToString(),
                             fmt::join(wanted, ", ")));
  }
  ASSIGN_OR_RETURN(auto renamed, ToResult(rows.RenameColumns(names), ErrorCode::kInternal));
  ASSIGN_OR_RETURN(auto fitting, WrittenAs(*renamed, *SchemaOf(table), run.memory()));
  const table::CommitTools tools = table::SystemCommitTools(environment_.clock, run.scan().pool);
  ASSIGN_OR_RETURN(auto writer, table::TableWriter::Make(tables, table, *fitting->schema(), tools));
  arrow::TableBatchReader batches(*fitting);
  while (true) {
    ASSIGN_OR_RETURN(auto batch, ToResult(batches.Next(), ErrorCode::kInternal));
    if (batch == nullptr) {
      break;
    }
    RETURN_IF_ERROR(run.Check());
    RETURN_IF_ERROR(writer->Write(*batch));
  }
  RETURN_IF_ERROR(writer->Close());
  RETURN_IF_ERROR(run.Check());
  RETURN_IF_ERROR(writer->Append());
  return {};
}

}  // namespace firn::flight
