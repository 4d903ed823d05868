#include "iceberg/schema/partition_spec.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

/// A name may repeat a column's only where the field comes from that column, or where its own
/// column is gone.
Status CheckName(const UnboundPartitionField& field,
                 const Schema& schema,
                 std::set<std::string_view>& names) {
  if (field.name.empty()) {
    return InvalidArgument("Cannot use empty partition name: ");
  }
  const NestedField* column = schema.FindField(field.name);
  bool source_exists = schema.FindField(field.source_id) != nullptr;
  if (source_exists && column != nullptr && column->id != field.source_id) {
    return InvalidArgument(fmt::format(
        "Cannot create identity partition sourced from different field in schema: {}", field.name));
  }
  if (!names.insert(field.name).second) {
    return InvalidArgument(fmt::format("Cannot use partition name more than once: {}", field.name));
  }
  return {};
}

Status CheckField(const PartitionField& field, const Schema& schema) {
  if (field.transform.kind() == TransformKind::kVoid) {
    return {};
  }
  const NestedField* source = schema.FindField(field.source_id);
  if (source == nullptr) {
    return InvalidArgument(
        fmt::format("Cannot find source column for partition field: {}", ToString(field)));
  }
  if (!source->type->is_primitive()) {
    return InvalidArgument(
        fmt::format("Cannot partition by non-primitive source field: {}", ToString(*source->type)));
  }
  if (!field.transform.CanTransform(*source->type)) {
    return InvalidArgument(fmt::format("Invalid source type {} for transform: {}",
                                       ToString(*source->type), field.transform.ToString()));
  }
  for (auto parent = schema.FindParent(field.source_id); parent;
       parent = schema.FindParent(*parent)) {
    const Type& type = *schema.FindField(*parent)->type;
    if (!type.is_struct()) {
      return InvalidArgument(fmt::format("Invalid partition field parent: {}", ToString(type)));
    }
  }
  return {};
}

}  // namespace

bool PartitionSpec::is_partitioned() const {
  return std::any_of(fields.begin(), fields.end(), [](const PartitionField& field) {
    return field.transform.kind() != TransformKind::kVoid;
  });
}

FieldId PartitionSpec::last_assigned_field_id() const {
  FieldId last = kNoPartitionFieldId;
  for (const PartitionField& field : fields) {
    last = std::max(last, field.field_id);
  }
  return last;
}

bool PartitionSpec::CompatibleWith(const PartitionSpec& other) const {
  return std::equal(fields.begin(), fields.end(), other.fields.begin(), other.fields.end(),
                    [](const PartitionField& a, const PartitionField& b) {
                      return a.source_id == b.source_id && a.transform == b.transform &&
                             a.name == b.name;
                    });
}

bool PartitionSpec::has_sequential_ids() const {
  int32_t expected = kFirstPartitionFieldId.value();
  return std::all_of(fields.begin(), fields.end(), [&expected](const PartitionField& field) {
    return field.field_id.value() == expected++;
  });
}

Result<PartitionSpec> BindHistoricalSpec(const UnboundPartitionSpec& spec, const Schema& schema) {
  PartitionSpec bound;
  bound.id = spec.id.value_or(SpecId(0));
  std::set<std::string_view> names;
  FieldId last = kNoPartitionFieldId;
  for (const UnboundPartitionField& field : spec.fields) {
    RETURN_IF_ERROR(CheckName(field, schema, names));
    FieldId id = field.field_id ? *field.field_id : NextId(last);
    last = std::max(last, id);
    bound.fields.push_back({field.source_id, id, field.name, field.transform});
  }
  return bound;
}

Result<PartitionSpec> BindSpec(const UnboundPartitionSpec& spec, const Schema& schema) {
  ASSIGN_OR_RETURN(PartitionSpec bound, BindHistoricalSpec(spec, schema));
  RETURN_IF_ERROR(CheckCompatibility(bound, schema));
  return bound;
}

Status CheckCompatibility(const PartitionSpec& spec, const Schema& schema) {
  for (const PartitionField& field : spec.fields) {
    RETURN_IF_ERROR(CheckField(field, schema));
  }
  return {};
}

std::string ToString(const PartitionField& field) {
  return fmt::format("{}: {}: {}({})", field.field_id.value(), field.name,
                     field.transform.ToString(), field.source_id.value());
}

std::string ToString(const PartitionSpec& spec) {
  std::string text = "[";
  for (const PartitionField& field : spec.fields) {
    text += fmt::format("\n  {}", ToString(field));
  }
  text += spec.fields.empty() ? "]" : "\n]";
  return text;
}

TypePtr PartitionType(const PartitionSpec& spec, const Schema& schema) {
  std::vector<NestedField> fields;
  fields.reserve(spec.fields.size());
  for (const PartitionField& partition : spec.fields) {
    const NestedField* source = schema.FindField(partition.source_id);
    NestedField field;
    field.id = partition.field_id;
    field.name = partition.name;
    field.type = partition.transform.ResultType(source != nullptr ? source->type
                                                                  : Type::Plain(TypeId::kUnknown));
    fields.push_back(std::move(field));
  }
  return Type::Struct(std::move(fields));
}

}  // namespace firn::iceberg
