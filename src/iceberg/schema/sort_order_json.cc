#include "iceberg/schema/sort_order_json.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "iceberg/schema/json_element.h"

namespace firn::iceberg {
namespace {

Result<SortDirection> ParseDirection(std::string_view text) {
  std::string lower = ToLowerAscii(text);
  if (lower == "asc") {
    return SortDirection::kAscending;
  }
  if (lower == "desc") {
    return SortDirection::kDescending;
  }
  return Error(ErrorCode::kInvalidArgument, fmt::format("Invalid sort direction: {}", text));
}

Result<NullOrder> ParseNullOrder(std::string_view text) {
  std::string lower = ToLowerAscii(text);
  if (lower == "nulls-first") {
    return NullOrder::kNullsFirst;
  }
  if (lower == "nulls-last") {
    return NullOrder::kNullsLast;
  }
  return Error(ErrorCode::kInvalidArgument, fmt::format("Unexpected null order: {}", text));
}

Result<SortField> ParseSortField(json::Element element) {
  if (!element.is_object()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot parse sort field, not an object: {}", Excerpt(element)));
  }
  json::Object object = FieldsOf(element);
  ASSIGN_OR_RETURN(std::string_view text, json::GetString(object, "transform"));
  ASSIGN_OR_RETURN(int32_t source_id, json::GetInt32(object, "source-id"));
  ASSIGN_OR_RETURN(std::string_view direction_text, json::GetString(object, "direction"));
  ASSIGN_OR_RETURN(SortDirection direction, ParseDirection(direction_text));
  ASSIGN_OR_RETURN(std::string_view null_text, json::GetString(object, "null-order"));
  ASSIGN_OR_RETURN(NullOrder null_order, ParseNullOrder(null_text));
  ASSIGN_OR_RETURN(Transform transform, Transform::Parse(text));
  return SortField{FieldId(source_id), std::move(transform), direction, null_order};
}

}  // namespace

Result<SortOrder> ParseSortOrder(json::Element element) {
  if (!element.is_object()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot parse sort order from non-object: {}", Excerpt(element)));
  }
  json::Object object = FieldsOf(element);
  ASSIGN_OR_RETURN(int32_t id, json::GetInt32(object, "order-id"));
  ASSIGN_OR_RETURN(json::Element fields, json::Get(object, "fields"));
  if (!fields.is_array()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot parse sort order fields, not an array: {}", Excerpt(fields)));
  }
  SortOrder order;
  order.id = SortOrderId(id);
  for (json::Element item : ItemsOf(fields)) {
    ASSIGN_OR_RETURN(SortField field, ParseSortField(item));
    order.fields.push_back(std::move(field));
  }
  if (!order.is_sorted() && order.id != kUnsortedOrderId) {
    return Error(ErrorCode::kInvalidArgument, "Unsorted order ID must be 0");
  }
  if (order.is_sorted() && order.id == kUnsortedOrderId) {
    return Error(ErrorCode::kInvalidArgument, "Sort order ID 0 is reserved for unsorted order");
  }
  return order;
}

void AppendSortOrder(const SortOrder& order, JsonWriter& out) {
  out.BeginObject().Field("order-id", order.id.value()).Key("fields").BeginArray();
  for (const SortField& field : order.fields) {
    out.BeginObject()
        .Field("transform", field.transform.ToString())
        .Field("source-id", field.source_id.value())
        .Field("direction", field.direction == SortDirection::kAscending ? "asc" : "desc")
        .Field("null-order",
               field.null_order == NullOrder::kNullsFirst ? "nulls-first" : "nulls-last")
        .EndObject();
  }
  out.EndArray().EndObject();
}

}  // namespace firn::iceberg
