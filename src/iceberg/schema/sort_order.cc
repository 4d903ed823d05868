#include "iceberg/schema/sort_order.h"

#include <fmt/format.h>

#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

std::string ToString(const SortField& field) {
  return fmt::format("{}({}) {} {}", field.transform.ToString(), field.source_id.value(),
                     field.direction == SortDirection::kAscending ? "ASC" : "DESC",
                     field.null_order == NullOrder::kNullsFirst ? "NULLS FIRST" : "NULLS LAST");
}

}  // namespace

Status CheckCompatibility(const SortOrder& order, const Schema& schema) {
  for (const SortField& field : order.fields) {
    const NestedField* source = schema.FindField(field.source_id);
    if (source == nullptr) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Cannot find source column for sort field: {}", ToString(field)));
    }
    if (!source->type->is_primitive()) {
      return Error(
          ErrorCode::kInvalidArgument,
          fmt::format("Cannot sort by non-primitive source field: {}", ToString(*source->type)));
    }
    if (!field.transform.CanTransform(*source->type)) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Invalid source type {} for transform: {}", ToString(*source->type),
                               field.transform.ToString()));
    }
  }
  return {};
}

}  // namespace firn::iceberg
