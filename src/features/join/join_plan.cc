#include "features/join/join_plan.h"

#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/nearest.h"
#include "features/join/entity_frame.h"
#include "features/join/feature_output.h"
#include "features/join/plain_column.h"
#include "features/join/snapshot_record.h"
#include "features/join/view_scan.h"
#include "features/join/winner_slots.h"

namespace firn::features {
namespace {

Result<std::shared_ptr<arrow::Field>> FindColumn(const arrow::Schema& entities,
                                                 const std::string& name) {
  const auto count = entities.GetAllFieldIndices(name).size();
  if (count == 0) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("The entity frame has no column {}{}", name,
                             NearestHint(name, entities.field_names())));
  }
  if (count > 1) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("The entity frame has {} columns {}: one of them has to be left out "
                             "or renamed",
                             count, name));
  }
  return entities.GetFieldByName(name);
}

Status CheckTimes(const arrow::Schema& entities, const std::string& event_timestamp) {
  ASSIGN_OR_RETURN(auto field, FindColumn(entities, event_timestamp));
  const arrow::DataType& type = PlainTypeOf(*field->type());
  if (AreParsed(type) || type.id() == arrow::Type::NA) {
    return {};
  }
  auto unit = TimeUnitOf(type);
  if (!unit.has_value()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Entity column {}: {}", event_timestamp, unit.error().message()));
  }
  return {};
}

/// Whether the frame's columns can be compared with the view's.
Status CheckKeys(const arrow::Schema& entities, const JoinView& view, const ViewSchema& schema) {
  for (size_t i = 0; i < view.keys.size(); ++i) {
    const JoinKey& key = view.keys[i];
    ASSIGN_OR_RETURN(auto field, FindColumn(entities, key.entity_column));
    const arrow::DataType& plain = PlainTypeOf(*field->type());
    if (plain.id() == arrow::Type::NA) {
      continue;
    }
    auto type = KeyTypeOf(plain);
    if (!type.has_value()) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Entity column {}: {}", key.entity_column, type.error().message()));
    }
    if (*type != schema.key_types[i]) {
      return Error(
          ErrorCode::kInvalidArgument,
          fmt::format("Entity column {} is {}, but column {} of view {} is {}: cast one of "
                      "them to the type of the other",
                      key.entity_column, ToString(type->kind), key.table_column, view.name,
                      ToString(schema.key_types[i].kind)));
    }
  }
  return {};
}

/// Names of the answer's columns, each once.
Status CheckNames(const arrow::Schema& entities, const JoinRequest& request) {
  const std::vector<std::string> known = entities.field_names();
  std::set<std::string> names(known.begin(), known.end());
  for (const JoinView& view : request.views) {
    for (const FeatureColumn& feature : view.features) {
      if (!names.insert(feature.output_name).second) {
        return Error(
            ErrorCode::kInvalidArgument,
            fmt::format("Two columns of the answer would be named {}: ask for full feature names, "
                        "or for the column under another name (`column as name`)",
                        feature.output_name));
      }
    }
  }
  return {};
}

Result<arrow::ChunkedArrayVector> JoinOne(const JoinContext& context,
                                          EntityFrame& frame,
                                          const JoinView& view,
                                          const ViewSchema& schema) {
  const int64_t rows = frame.times().length();
  std::vector<std::unique_ptr<FeatureOutput>> outputs;
  for (const auto& field : OutputFields(view, schema)) {
    ASSIGN_OR_RETURN(outputs.emplace_back(),
                     FeatureOutput::Make(field->type(), rows, context.memory));
  }
  ASSIGN_OR_RETURN(const EntityIndex* entities, frame.IndexOf(view, schema));
  if (entities->slots() > 0) {
    ASSIGN_OR_RETURN(ViewScan scan, ViewScan::Open(context, view, schema, *entities));
    std::vector<Winner> winners;
    {
      WinnerSlots slots(entities->slots());
      RETURN_IF_ERROR(scan.Match(*entities, slots));
      winners = slots.Winners(*entities, AgeLimit(frame.times(), schema.unit, view.ttl_us));
    }
    RETURN_IF_ERROR(scan.Gather(winners, outputs));
  }
  arrow::ChunkedArrayVector columns;
  for (auto& output : outputs) {
    ASSIGN_OR_RETURN(columns.emplace_back(), output->Finish());
    output.reset();  // holds what was put
  }
  return columns;
}

}  // namespace

Result<JoinPlan> JoinPlan::Make(const arrow::Schema& entities, JoinRequest request) {
  RETURN_IF_ERROR(CheckNames(entities, request));
  RETURN_IF_ERROR(CheckTimes(entities, request.event_timestamp));
  JoinPlan plan(std::move(request));
  arrow::FieldVector fields = entities.fields();
  for (const JoinView& view : plan.request_.views) {
    ASSIGN_OR_RETURN(ViewSchema schema, ResolveView(view));
    RETURN_IF_ERROR(CheckKeys(entities, view, schema));
    for (auto& field : OutputFields(view, schema)) {
      fields.push_back(std::move(field));
    }
    plan.schemas_.push_back(std::move(schema));
  }
  ASSIGN_OR_RETURN(auto metadata, RecordSnapshots(entities.metadata(), plan.request_.views));
  plan.schema_ = arrow::schema(std::move(fields), std::move(metadata));
  return plan;
}

Result<std::shared_ptr<arrow::Table>> JoinPlan::Join(const JoinContext& context,
                                                     const arrow::Table& entities) const {
  ASSIGN_OR_RETURN(EntityFrame frame, EntityFrame::Make(entities, request_.event_timestamp));
  arrow::ChunkedArrayVector columns = entities.columns();
  for (size_t i = 0; i < schemas_.size(); ++i) {
    ASSIGN_OR_RETURN(arrow::ChunkedArrayVector joined,
                     JoinOne(context, frame, request_.views[i], schemas_[i]));
    for (auto& column : joined) {
      columns.push_back(std::move(column));
    }
  }
  return arrow::Table::Make(schema_, std::move(columns), entities.num_rows());
}

}  // namespace firn::features
