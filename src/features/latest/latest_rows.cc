#include "features/latest/latest_rows.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "columnar/schema/arrow_type.h"
#include "features/join/match_pass.h"
#include "features/join/row_gathering.h"
#include "features/join/view_filter.h"
#include "features/join/view_schema.h"
#include "features/latest/key_winners.h"
#include "iceberg/expression/expression.h"
#include "table/scan/file_scan.h"

namespace firn::features {
namespace {

/// Keys, features, times: what the answer has, under the names that it has them.
struct AnswerColumns {
  GatheredColumns columns;
  arrow::FieldVector fields;

  void Add(std::string name, const iceberg::NestedField& field, std::string output) {
    columns.names.push_back(std::move(name));
    columns.fields.push_back(field);
    fields.push_back(
        arrow::field(std::move(output), columnar::ArrowTypeOf(*field.type), !field.required));
  }
};

AnswerColumns ColumnsOf(const JoinView& view, const ViewSchema& schema) {
  AnswerColumns answer;
  for (size_t i = 0; i < view.keys.size(); ++i) {
    answer.Add(view.keys[i].table_column, schema.keys[i], view.keys[i].table_column);
  }
  for (size_t i = 0; i < view.features.size(); ++i) {
    answer.Add(view.features[i].table_column, schema.features[i], view.features[i].output_name);
  }
  answer.Add(view.timestamp_column, schema.timestamp, view.timestamp_column);
  if (schema.created) {
    answer.Add(view.created_column, *schema.created, view.created_column);
  }
  return answer;
}

/// A feature has a name of its own; a column may be a time in two ways.
Status CheckNames(const JoinView& view) {
  std::set<std::string> names{view.timestamp_column, view.created_column};
  for (const JoinKey& key : view.keys) {
    names.insert(key.table_column);
  }
  for (const FeatureColumn& feature : view.features) {
    if (!names.insert(feature.output_name).second) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Two columns of the answer would be named {}: ask for the feature "
                               "under another name (`column as name`)",
                               feature.output_name));
    }
  }
  return {};
}

/// The columns of the winners, side by side.
Result<std::shared_ptr<arrow::Table>> Gather(const JoinContext& context,
                                             table::FileScan& files,
                                             const AnswerColumns& answer,
                                             const std::vector<Winner>& winners) {
  const auto rows = static_cast<int64_t>(winners.size());
  std::vector<std::unique_ptr<FeatureOutput>> outputs;
  for (const auto& field : answer.fields) {
    ASSIGN_OR_RETURN(outputs.emplace_back(),
                     FeatureOutput::Make(field->type(), rows, context.memory));
  }
  RETURN_IF_ERROR(GatherRows(context, files, answer.columns, winners, outputs));
  arrow::ChunkedArrayVector arrays;
  for (const auto& output : outputs) {
    ASSIGN_OR_RETURN(arrays.emplace_back(), output->Finish());
  }
  return arrow::Table::Make(arrow::schema(answer.fields), std::move(arrays), rows);
}

}  // namespace

Result<std::shared_ptr<arrow::Table>> LatestRows(const JoinContext& context,
                                                 const LatestRequest& request) {
  const JoinView& view = request.view;
  ASSIGN_OR_RETURN(ViewSchema schema, ResolveView(view));
  RETURN_IF_ERROR(CheckNames(view));
  table::ScanRequest scan{.scan = table::SnapshotScan{view.snapshot}};
  scan.filter = WindowFilter(schema, request.start_us, request.end_us);
  ASSIGN_OR_RETURN(auto files, table::FileScan::Open(context.scan, view.table, scan));
  std::vector<Winner> winners;
  {
    KeyWinners keys(InUnit(request.start_us, schema.unit), InUnit(request.end_us, schema.unit),
                    request.memory_bytes);
    RETURN_IF_ERROR(
        ForEachRowsToMatch(context, *files, view, schema,
                           [&keys](const RowsToMatch& rows) { return keys.Offer(rows); }));
    winners = keys.Winners();
  }
  return Gather(context, *files, ColumnsOf(view, schema), winners);
}

}  // namespace firn::features
