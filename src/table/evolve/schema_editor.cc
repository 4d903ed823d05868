#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "iceberg/expression/literal_conversion.h"
#include "iceberg/schema/fresh_ids.h"
#include "iceberg/schema/type_text.h"
#include "table/evolve/schema_editor_internal.h"
#include "table/evolve/type_promotion.h"

namespace firn::table {
namespace {

using iceberg::FieldId;
using iceberg::Literal;
using iceberg::NestedField;
using iceberg::Schema;
using iceberg::Type;
using iceberg::TypePtr;

Error Incompatible(std::string what, std::string_view column) {
  return InvalidArgument("Incompatible change: " + std::move(what) + ": " + std::string(column));
}

/// The type with other fields.
TypePtr WithFields(const Type& type, std::vector<NestedField> fields) {
  if (type.is_list()) {
    return Type::List(fields[0].id, fields[0].type, fields[0].required);
  }
  if (type.is_map()) {
    return Type::Map(std::move(fields[0]), std::move(fields[1]));
  }
  return Type::Struct(std::move(fields));
}

/// A default is a value of its column's type.
Status PromoteDefault(const Type& type, std::string_view column, std::optional<Literal>& value) {
  if (!value.has_value()) {
    return {};
  }
  value = iceberg::Promote(type, *value);
  const bool is_narrow = type.id() == iceberg::TypeId::kInt || type.id() == iceberg::TypeId::kDate;
  if (!is_narrow && value->As<int32_t>() != nullptr) {
    return Incompatible("the default value does not fit the new type", column);
  }
  return {};
}

auto ById(std::vector<NestedField>& fields, FieldId id) {
  return std::ranges::find_if(fields, [id](const NestedField& field) { return field.id == id; });
}

}  // namespace

Result<const NestedField*> SchemaEditor::Find(std::string_view name) const {
  const NestedField* field = schema_.FindField(name);
  if (field == nullptr) {
    return InvalidArgument("Cannot find column: " + std::string(name));
  }
  RETURN_IF_ERROR(RefuseMapKeys(field->id));
  return field;
}

Result<const NestedField*> SchemaEditor::FindInStruct(std::string_view name) const {
  ASSIGN_OR_RETURN(const NestedField* field, Find(name));
  auto parent = schema_.FindParent(field->id);
  if (parent.has_value() && !schema_.FindField(*parent)->type->is_struct()) {
    return InvalidArgument("An element, key or value stays where it is: " + std::string(name));
  }
  return field;
}

Status SchemaEditor::RefuseMapKeys(FieldId field) const {
  for (auto parent = schema_.FindParent(field); parent.has_value();
       field = *parent, parent = schema_.FindParent(field)) {
    const Type& type = *schema_.FindField(*parent)->type;
    if (type.is_map() && type.key().id == field) {
      return InvalidArgument("Cannot alter map keys: " + *schema_.FindName(*parent));
    }
  }
  return {};
}

Status SchemaEditor::Rebuild(Fields& fields, FieldId parent, const Edit& edit) {
  for (NestedField& field : fields) {
    if (!field.type->is_nested()) {
      continue;
    }
    Fields inner(field.type->fields().begin(), field.type->fields().end());
    RETURN_IF_ERROR(field.id == parent ? edit(inner) : Rebuild(inner, parent, edit));
    field.type = WithFields(*field.type, std::move(inner));
  }
  return {};
}

Status SchemaEditor::EditFields(std::optional<FieldId> parent, const Edit& edit) {
  Fields fields(schema_.fields().begin(), schema_.fields().end());
  RETURN_IF_ERROR(parent.has_value() ? Rebuild(fields, *parent, edit) : edit(fields));
  return Replace(std::move(fields));
}

Status SchemaEditor::Replace(Fields fields) {
  std::vector<FieldId> identifiers(schema_.identifier_field_ids().begin(),
                                   schema_.identifier_field_ids().end());
  ASSIGN_OR_RETURN(schema_, Schema::Make(schema_.id(), std::move(fields), identifiers));
  return {};
}

Status SchemaEditor::Apply(const AddColumn& step) {
  if (step.required && !step.default_value && compatibility_ == Compatibility::kRequired) {
    return Incompatible("cannot add required column without a default value", step.name);
  }
  std::optional<FieldId> parent;
  if (!step.parent.empty()) {
    ASSIGN_OR_RETURN(const NestedField* field, Find(step.parent));
    if (field->type->is_list()) {
      field = &field->type->element();
    } else if (field->type->is_map()) {
      field = &field->type->value();
    }
    if (!field->type->is_struct()) {
      return InvalidArgument("Cannot add to non-struct column: " + step.parent);
    }
    parent = field->id;
  }
  NestedField column{.id = FieldId(1'000'000'000),
                     .name = step.name,
                     .type = step.type,
                     .required = step.required,
                     .doc = step.doc,
                     .initial_default = step.default_value,
                     .write_default = step.default_value};
  ASSIGN_OR_RETURN(Schema alone, Schema::Make(schema_.id(), {std::move(column)}, {}));
  ASSIGN_OR_RETURN(Schema numbered, iceberg::AssignFreshIds(alone, schema_.id(), last_column_id_));
  last_column_id_ = numbered.highest_field_id();
  return EditFields(parent, [&](Fields& fields) -> Status {
    fields.push_back(numbered.fields().front());
    return {};
  });
}

Status SchemaEditor::Apply(const RenameColumn& step) {
  if (step.new_name.empty()) {
    return InvalidArgument("Cannot rename a column to nothing: " + step.name);
  }
  ASSIGN_OR_RETURN(const NestedField* field, FindInStruct(step.name));
  FieldId id = field->id;
  return EditFields(schema_.FindParent(id), [&](Fields& fields) -> Status {
    ById(fields, id)->name = step.new_name;
    return {};
  });
}

Status SchemaEditor::Apply(const DropColumn& step) {
  ASSIGN_OR_RETURN(const NestedField* field, FindInStruct(step.name));
  FieldId id = field->id;
  for (FieldId identifier : schema_.identifier_field_ids()) {
    for (std::optional<FieldId> part = identifier; part; part = schema_.FindParent(*part)) {
      if (*part == id) {
        return InvalidArgument("Cannot delete identifier field " + step.name +
                               ". To force deletion, update identifier fields first.");
      }
    }
  }
  return EditFields(schema_.FindParent(id), [&](Fields& fields) -> Status {
    fields.erase(ById(fields, id));
    return {};
  });
}

Status SchemaEditor::Retype(const UpdateColumn& step, NestedField& field) const {
  if (!step.type) {
    return {};
  }
  if (!CanPromote(*field.type, *step.type, format_version_)) {
    return InvalidArgument("Cannot change column type: " + step.name + ": " +
                           iceberg::ToString(*field.type) + " -> " + iceberg::ToString(*step.type));
  }
  field.type = step.type;
  RETURN_IF_ERROR(PromoteDefault(*field.type, step.name, field.initial_default));
  return PromoteDefault(*field.type, step.name, field.write_default);
}

Status SchemaEditor::ChangeRequired(const UpdateColumn& step, NestedField& field) const {
  if (!step.required.has_value()) {
    return {};
  }
  if (*step.required && !field.required && compatibility_ == Compatibility::kRequired) {
    return Incompatible("Cannot change column nullability, optional -> required", step.name);
  }
  field.required = *step.required;
  return {};
}

Status SchemaEditor::Apply(const UpdateColumn& step) {
  ASSIGN_OR_RETURN(const NestedField* found, Find(step.name));
  FieldId id = found->id;
  return EditFields(schema_.FindParent(id), [&](Fields& fields) -> Status {
    NestedField& field = *ById(fields, id);
    RETURN_IF_ERROR(Retype(step, field));
    RETURN_IF_ERROR(ChangeRequired(step, field));
    if (step.doc.has_value()) {
      field.doc = step.doc;
    }
    if (step.write_default.has_value()) {
      field.write_default = step.write_default;
    }
    return {};
  });
}

Status SchemaEditor::Apply(const MoveColumn& step) {
  ASSIGN_OR_RETURN(const NestedField* field, FindInStruct(step.name));
  FieldId id = field->id;
  std::optional<FieldId> other;
  if (step.where != MoveColumn::Where::kFirst) {
    ASSIGN_OR_RETURN(const NestedField* beside, FindInStruct(step.other));
    other = beside->id;
    if (*other == id) {
      return InvalidArgument("Cannot move " + step.name + " beside itself");
    }
    if (schema_.FindParent(*other) != schema_.FindParent(id)) {
      return InvalidArgument("Cannot move field " + step.name + " to a different struct");
    }
  }
  return EditFields(schema_.FindParent(id), [&](Fields& fields) -> Status {
    auto at = ById(fields, id);
    NestedField moved = std::move(*at);
    fields.erase(at);
    auto to = other.has_value() ? ById(fields, *other) : fields.begin();
    fields.insert(step.where == MoveColumn::Where::kAfter ? std::next(to) : to, std::move(moved));
    return {};
  });
}

Status SchemaEditor::Apply(const SetIdentifierFields& step) {
  std::vector<FieldId> ids;
  for (const std::string& name : step.names) {
    ASSIGN_OR_RETURN(const NestedField* field, Find(name));
    ids.push_back(field->id);
  }
  Fields fields(schema_.fields().begin(), schema_.fields().end());
  ASSIGN_OR_RETURN(schema_, Schema::Make(schema_.id(), std::move(fields), ids));
  return {};
}

}  // namespace firn::table
