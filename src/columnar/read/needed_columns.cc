#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "columnar/read/needed_columns_internal.h"
#include "columnar/schema/metadata_columns.h"
#include "iceberg/schema/pruned_column.h"

namespace firn::columnar {
namespace {

using iceberg::FieldId;
using iceberg::NestedField;
using iceberg::Type;

/// `into` with the fields that `other` has besides; both are prunings of one field.
void Widen(NestedField& into, const NestedField& other) {
  if (!into.type->is_struct()) {
    return;
  }
  std::vector<NestedField> children(into.type->fields().begin(), into.type->fields().end());
  for (const NestedField& child : other.type->fields()) {
    auto same = std::find_if(children.begin(), children.end(),
                             [&](const NestedField& known) { return known.id == child.id; });
    if (same == children.end()) {
      children.push_back(child);
    } else {
      Widen(*same, child);
    }
  }
  into.type = Type::Struct(std::move(children));
}

std::optional<NestedField> RootOf(const ReadRequest& request, FieldId id) {
  auto column = iceberg::PrunedColumn(request.schema.fields(), id);
  return column ? column : iceberg::PrunedColumn(request.dropped, id);
}

}  // namespace

Result<std::vector<NestedField>> NeededColumns(const ReadRequest& request,
                                               const std::vector<FieldId>& also) {
  std::vector<NestedField> needed;
  for (const NestedField& column : request.columns) {
    if (!IsComputed(column.id)) {
      needed.push_back(column);
    }
  }
  for (FieldId id : also) {
    auto root = RootOf(request, id);
    if (!root) {
      return Error(
          ErrorCode::kInvalidMetadata,
          fmt::format("No schema has the field {} that a filter or delete names", id.value()));
    }
    auto known = std::find_if(needed.begin(), needed.end(),
                              [&](const NestedField& field) { return field.id == root->id; });
    if (known == needed.end()) {
      needed.push_back(*std::move(root));
    } else {
      Widen(*known, *root);
    }
  }
  return needed;
}

}  // namespace firn::columnar
