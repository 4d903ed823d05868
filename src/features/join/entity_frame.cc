#include "features/join/entity_frame.h"

#include <limits>

#include <arrow/array/util.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "columnar/schema/arrow_type.h"
#include "features/join/plain_column.h"

namespace firn::features {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;

/// The frame's column; where it has nothing but nulls, and no type for that, nulls of `type`.
Result<ArrayPtr> ColumnOf(const arrow::Table& table,
                          const std::string& name,
                          const std::shared_ptr<arrow::DataType>& type) {
  ASSIGN_OR_RETURN(ArrayPtr column, PlainColumn(*table.GetColumnByName(name)));
  if (column->type_id() != arrow::Type::NA) {
    return column;
  }
  return columnar::ToResult(arrow::MakeArrayOfNull(type, column->length()),
                            ErrorCode::kResourceExhausted);
}

}  // namespace

Result<EntityFrame> EntityFrame::Make(const arrow::Table& table,
                                      const std::string& event_timestamp) {
  EntityFrame frame(table);
  ASSIGN_OR_RETURN(ArrayPtr column, ColumnOf(table, event_timestamp,
                                             arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")));
  ASSIGN_OR_RETURN(frame.times_, ParsedTimes(column));
  return frame;
}

Result<const EntityIndex*> EntityFrame::IndexOf(const JoinView& view, const ViewSchema& schema) {
  std::vector<std::string> names;
  for (const JoinKey& key : view.keys) {
    names.push_back(key.entity_column);
  }
  auto found = indexes_.find({names, schema.slot_unit});
  if (found == indexes_.end()) {
    arrow::ArrayVector columns;
    for (size_t i = 0; i < names.size(); ++i) {
      ASSIGN_OR_RETURN(columns.emplace_back(),
                       ColumnOf(table_, names[i], columnar::ArrowTypeOf(*schema.keys[i].type)));
    }
    ASSIGN_OR_RETURN(EncodedKeys keys, EncodeKeys(schema.key_types, columns, table_.num_rows()));
    ASSIGN_OR_RETURN(std::vector<int64_t> times, TimesOf(*times_, schema.slot_unit));
    ASSIGN_OR_RETURN(EntityIndex index, EntityIndex::Make(keys, times));
    found = indexes_.emplace(std::pair(std::move(names), schema.slot_unit), std::move(index)).first;
  }
  RETURN_IF_ERROR(CheckRange(view, schema, found->second));
  return &found->second;
}

/// Where rows are left out by when they were created, and microseconds are compared as the
/// nanoseconds of the other column, times must be such: two that do not fit would look alike.
Status EntityFrame::CheckRange(const JoinView& view,
                               const ViewSchema& schema,
                               const EntityIndex& index) {
  if (view.created_later == CreatedLater::kCounts || schema.unit == schema.created_unit ||
      index.slots() == 0 ||
      (index.latest_time() < std::numeric_limits<int64_t>::max() &&
       index.earliest_time() > kNoTime + 1)) {
    return {};
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("View {}: its event times or its created column have nanoseconds, with "
                           "which entity times before 1677 or after 2262 cannot be compared; leave "
                           "out created-later=does-not, or those rows",
                           view.name));
}

}  // namespace firn::features
