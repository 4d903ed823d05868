#include "features/join/point_in_time_join.h"

#include <limits>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "features/join/entity_index.h"
#include "features/join/event_times.h"
#include "features/join/feature_output.h"
#include "features/join/view_scan.h"
#include "features/join/view_schema.h"
#include "features/join/winner_slots.h"

namespace firn::features {
namespace {

using columnar::ToResult;
using ArrayPtr = std::shared_ptr<arrow::Array>;

Result<std::shared_ptr<arrow::ChunkedArray>> FindColumn(const arrow::Table& table,
                                                        const std::string& name) {
  auto column = table.GetColumnByName(name);
  if (column == nullptr) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("The entity frame has no column {}, or several", name));
  }
  return column;
}

Result<ArrayPtr> WholeColumn(const arrow::Table& table, const std::string& name) {
  ASSIGN_OR_RETURN(auto column, FindColumn(table, name));
  if (column->num_chunks() == 1) {
    return column->chunk(0);
  }
  if (column->num_chunks() == 0) {
    return ToResult(arrow::MakeEmptyArray(column->type()), ErrorCode::kInternal);
  }
  return ToResult(arrow::Concatenate(column->chunks()), ErrorCode::kPayloadTooLarge);
}

/// The entity frame: its times, and its rows by each key that a view asks for.
class EntityFrame {
 public:
  static Result<EntityFrame> Make(const arrow::Table& table, const std::string& event_timestamp) {
    EntityFrame frame(table);
    ASSIGN_OR_RETURN(ArrayPtr column, WholeColumn(table, event_timestamp));
    ASSIGN_OR_RETURN(frame.times_, ParsedTimes(column));
    auto unit = TimeUnitOf(*frame.times_->type());
    if (!unit.has_value()) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Entity column {}: {}", event_timestamp, unit.error().message()));
    }
    return frame;
  }

  const arrow::Array& times() const { return *times_; }

  /// Errors: kInvalidArgument where the frame's columns cannot be compared with the view's.
  Status CheckKeys(const JoinView& view, const ViewSchema& schema) const {
    for (size_t i = 0; i < view.keys.size(); ++i) {
      const JoinKey& key = view.keys[i];
      ASSIGN_OR_RETURN(auto column, FindColumn(table_, key.entity_column));
      auto type = KeyTypeOf(*column->type());
      if (!type.has_value()) {
        return Error(
            ErrorCode::kInvalidArgument,
            fmt::format("Entity column {}: {}", key.entity_column, type.error().message()));
      }
      if (*type != schema.key_types[i]) {
        return Error(ErrorCode::kInvalidArgument,
                     fmt::format("Entity column {} is {}, but column {} of view {} is {}",
                                 key.entity_column, ToString(type->kind), key.table_column,
                                 view.name, ToString(schema.key_types[i].kind)));
      }
    }
    return {};
  }

  /// Made once for all views of these columns and unit.
  Result<const EntityIndex*> IndexOf(const JoinView& view, const ViewSchema& schema) {
    std::vector<std::string> names;
    for (const JoinKey& key : view.keys) {
      names.push_back(key.entity_column);
    }
    auto found = indexes_.find({names, schema.slot_unit});
    if (found == indexes_.end()) {
      arrow::ArrayVector columns;
      for (const std::string& name : names) {
        ASSIGN_OR_RETURN(columns.emplace_back(), WholeColumn(table_, name));
      }
      ASSIGN_OR_RETURN(EncodedKeys keys, EncodeKeys(schema.key_types, columns, table_.num_rows()));
      ASSIGN_OR_RETURN(std::vector<int64_t> times, TimesOf(*times_, schema.slot_unit));
      ASSIGN_OR_RETURN(EntityIndex index, EntityIndex::Make(keys, times));
      RETURN_IF_ERROR(CheckRange(view, schema, index));
      found =
          indexes_.emplace(std::pair(std::move(names), schema.slot_unit), std::move(index)).first;
    }
    return &found->second;
  }

 private:
  /// Event times that a finer created column makes compare as nanoseconds must be such: two that do
  /// not fit would look alike.
  static Status CheckRange(const JoinView& view,
                           const ViewSchema& schema,
                           const EntityIndex& index) {
    if (schema.slot_unit == schema.unit || index.slots() == 0 ||
        (index.latest_time() < std::numeric_limits<int64_t>::max() &&
         index.earliest_time() > kNoTime + 1)) {
      return {};
    }
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("View {}: its created column has nanoseconds, with which entity times "
                             "before 1677 or after 2262 cannot be compared; leave out "
                             "created-later=does-not, or those rows",
                             view.name));
  }

  explicit EntityFrame(const arrow::Table& table) : table_(table) {}

  const arrow::Table& table_;
  ArrayPtr times_;
  std::map<std::pair<std::vector<std::string>, TimeUnit>, EntityIndex> indexes_;
};

/// Names of the answer's columns, each once.
Status CheckNames(const arrow::Table& entities, const JoinRequest& request) {
  std::set<std::string> names;
  for (const std::string& name : entities.ColumnNames()) {
    names.insert(name);
  }
  for (const JoinView& view : request.views) {
    for (const FeatureColumn& feature : view.features) {
      if (!names.insert(feature.output_name).second) {
        return Error(
            ErrorCode::kInvalidArgument,
            fmt::format("Two columns of the answer would be named {}", feature.output_name));
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
    ASSIGN_OR_RETURN(ViewScan scan, ViewScan::Open(context.scan, view, schema, *entities));
    std::vector<Winner> winners;
    {
      WinnerSlots slots(entities->slots());
      RETURN_IF_ERROR(scan.Match(*entities, slots));
      winners = slots.Winners(*entities, AgeLimit(frame.times(), schema.unit, view.ttl_us));
    }
    RETURN_IF_ERROR(scan.Gather(winners, outputs));
  }
  arrow::ChunkedArrayVector columns;
  for (const auto& output : outputs) {
    ASSIGN_OR_RETURN(columns.emplace_back(), output->Finish());
  }
  return columns;
}

}  // namespace

Result<std::shared_ptr<arrow::Table>> PointInTimeJoin(const JoinContext& context,
                                                      const std::shared_ptr<arrow::Table>& entities,
                                                      const JoinRequest& request) {
  RETURN_IF_ERROR(CheckNames(*entities, request));
  ASSIGN_OR_RETURN(EntityFrame frame, EntityFrame::Make(*entities, request.event_timestamp));
  std::vector<ViewSchema> schemas;
  for (const JoinView& view : request.views) {
    ASSIGN_OR_RETURN(schemas.emplace_back(), ResolveView(view));
    RETURN_IF_ERROR(frame.CheckKeys(view, schemas.back()));
  }
  arrow::FieldVector fields = entities->schema()->fields();
  arrow::ChunkedArrayVector columns = entities->columns();
  for (size_t i = 0; i < request.views.size(); ++i) {
    ASSIGN_OR_RETURN(arrow::ChunkedArrayVector joined,
                     JoinOne(context, frame, request.views[i], schemas[i]));
    for (auto& column : joined) {
      columns.push_back(std::move(column));
    }
    for (auto& field : OutputFields(request.views[i], schemas[i])) {
      fields.push_back(std::move(field));
    }
  }
  return arrow::Table::Make(arrow::schema(std::move(fields), entities->schema()->metadata()),
                            std::move(columns), entities->num_rows());
}

}  // namespace firn::features
