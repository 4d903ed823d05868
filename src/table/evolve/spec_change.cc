#include "table/evolve/spec_change.h"

#include <algorithm>
#include <utility>

namespace firn::table {
namespace {

using iceberg::Transform;
using iceberg::TransformKind;
using iceberg::UnboundPartitionField;

bool IsCalendar(const Transform& transform) {
  switch (transform.kind()) {
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kDay:
    case TransformKind::kHour:
      return true;
    default:
      return false;
  }
}

Result<iceberg::FieldId> SourceOf(const iceberg::Schema& schema, const std::string& name) {
  const iceberg::NestedField* column = schema.FindField(name);
  if (column == nullptr) {
    return InvalidArgument("Cannot find column: " + name);
  }
  return column->id;
}

class SpecEditor {
 public:
  /// Of a table that is yet to be made.
  explicit SpecEditor(const iceberg::Schema& schema) : schema_(schema) {}
  explicit SpecEditor(const iceberg::TableMetadata& table)
      : schema_(table.current_schema()), table_(&table) {
    for (const iceberg::PartitionField& field : table.default_spec().fields) {
      fields_.push_back({field.source_id, field.field_id, field.name, field.transform});
    }
  }

  Status Apply(const AddPartitionField& step) {
    ASSIGN_OR_RETURN(iceberg::FieldId source, SourceOf(schema_, step.source));
    for (const UnboundPartitionField& field : fields_) {
      bool same = field.source_id == source && field.transform == step.transform;
      bool redundant =
          field.source_id == source && IsCalendar(field.transform) && IsCalendar(step.transform);
      if (same || redundant) {
        return InvalidArgument("Cannot add redundant partition field for " + step.source +
                               ": conflicts with " + field.name);
      }
    }
    std::string name = step.name.value_or(PartitionFieldName(step.source, step.transform));
    RETURN_IF_ERROR(FreeName(name));
    fields_.push_back({source, KnownId(source, step.transform), std::move(name), step.transform});
    return {};
  }

  Status Apply(const RemovePartitionField& step) {
    ASSIGN_OR_RETURN(auto field, Find(step.name));
    if (table_ != nullptr && table_->format_version == 1) {
      field->transform = Transform::Plain(TransformKind::kVoid);
    } else {
      fields_.erase(field);
    }
    return {};
  }

  Status Apply(const RenamePartitionField& step) {
    RETURN_IF_ERROR(FreeName(step.new_name));
    ASSIGN_OR_RETURN(auto field, Find(step.name));
    field->name = step.new_name;
    return {};
  }

  /// With all ids: catalogs refuse a spec without its own, or with those of some fields alone.
  iceberg::UnboundPartitionSpec Take() && {
    iceberg::UnboundPartitionSpec spec{.id = iceberg::SpecId(0), .fields = std::move(fields_)};
    iceberg::FieldId last = iceberg::kNoPartitionFieldId;
    if (table_ != nullptr) {
      for (const iceberg::PartitionSpec& known : table_->specs) {
        spec.id = std::max(*spec.id, iceberg::NextId(known.id));
      }
      if (table_->format_version > 1) {
        last = table_->last_partition_id;
      }
    }
    for (UnboundPartitionField& field : spec.fields) {
      if (!field.field_id.has_value()) {
        field.field_id = iceberg::NextId(last);
      }
      last = std::max(last, *field.field_id);
    }
    return spec;
  }

 private:
  using Fields = std::vector<UnboundPartitionField>;

  static bool IsVoid(const UnboundPartitionField& field) {
    return field.transform.kind() == TransformKind::kVoid;
  }

  Result<Fields::iterator> Find(const std::string& name) {
    auto found = std::ranges::find_if(fields_, [&](const UnboundPartitionField& field) {
      return field.name == name && !IsVoid(field);
    });
    if (found == fields_.end()) {
      return InvalidArgument("Cannot find partition field: " + name);
    }
    return found;
  }

  /// A field that v1 keeps only for its place gives its name away.
  Status FreeName(const std::string& name) {
    for (UnboundPartitionField& field : fields_) {
      if (field.name != name) {
        continue;
      }
      if (!IsVoid(field)) {
        return InvalidArgument("Cannot use partition field name more than once: " + name);
      }
      field.name += "_" + std::to_string(field.field_id.value_or(iceberg::FieldId(0)).value());
    }
    return {};
  }

  /// From v2 on; in v1 a field's id follows from its place.
  std::optional<iceberg::FieldId> KnownId(iceberg::FieldId source, const Transform& transform) {
    if (table_ == nullptr || table_->format_version == 1) {
      return std::nullopt;
    }
    for (const iceberg::PartitionSpec& spec : table_->specs) {
      for (const iceberg::PartitionField& field : spec.fields) {
        if (field.source_id == source && field.transform == transform && !IsUsed(field.field_id)) {
          return field.field_id;
        }
      }
    }
    return std::nullopt;
  }

  bool IsUsed(iceberg::FieldId id) const {
    return std::ranges::any_of(
        fields_, [id](const UnboundPartitionField& field) { return field.field_id == id; });
  }

  const iceberg::Schema& schema_;
  const iceberg::TableMetadata* table_ = nullptr;
  Fields fields_;
};

}  // namespace

std::string PartitionFieldName(const std::string& source, const Transform& transform) {
  switch (transform.kind()) {
    case TransformKind::kIdentity:
      return source;
    case TransformKind::kBucket:
      return source + "_bucket_" + std::to_string(transform.parameter());
    case TransformKind::kTruncate:
      return source + "_trunc_" + std::to_string(transform.parameter());
    case TransformKind::kVoid:
      return source + "_null";
    default:
      return source + "_" + transform.ToString();
  }
}

Result<iceberg::UnboundPartitionSpec> NewSpec(const iceberg::Schema& schema,
                                              std::span<const AddPartitionField> fields) {
  SpecEditor editor(schema);
  for (const AddPartitionField& field : fields) {
    RETURN_IF_ERROR(editor.Apply(field));
  }
  iceberg::UnboundPartitionSpec spec = std::move(editor).Take();
  RETURN_IF_ERROR(iceberg::BindSpec(spec, schema));
  return spec;
}

Result<Updates> ChangeSpec(const iceberg::TableMetadata& table, std::span<const SpecStep> steps) {
  SpecEditor editor(table);
  for (const SpecStep& step : steps) {
    RETURN_IF_ERROR(std::visit([&](const auto& one) { return editor.Apply(one); }, step));
  }
  iceberg::UnboundPartitionSpec next = std::move(editor).Take();
  ASSIGN_OR_RETURN(iceberg::PartitionSpec bound, iceberg::BindSpec(next, table.current_schema()));
  if (bound.CompatibleWith(table.default_spec())) {
    return Updates{};
  }
  return Updates{iceberg::AddSpec{std::move(next)},
                 iceberg::SetDefaultSpec{iceberg::SpecId(iceberg::kLastAdded)}};
}

Result<iceberg::SortOrder> NewSortOrder(const iceberg::Schema& schema,
                                        std::span<const SortColumn> columns) {
  iceberg::SortOrder order;
  for (const SortColumn& column : columns) {
    ASSIGN_OR_RETURN(iceberg::FieldId source, SourceOf(schema, column.source));
    order.fields.push_back({source, column.transform, column.direction, column.null_order});
  }
  RETURN_IF_ERROR(iceberg::CheckCompatibility(order, schema));
  // The table gives the id; 0 would say unsorted.
  order.id = iceberg::SortOrderId(order.is_sorted() ? 1 : 0);
  return order;
}

Result<Updates> ReplaceSortOrder(const iceberg::TableMetadata& table,
                                 std::span<const SortColumn> columns) {
  ASSIGN_OR_RETURN(iceberg::SortOrder order, NewSortOrder(table.current_schema(), columns));
  if (order.fields == table.default_sort_order().fields) {
    return Updates{};
  }
  return Updates{iceberg::AddSortOrder{std::move(order)},
                 iceberg::SetDefaultSortOrder{iceberg::SortOrderId(iceberg::kLastAdded)}};
}

}  // namespace firn::table
