#include "iceberg/schema/fresh_ids.h"

#include <string>
#include <utility>
#include <vector>

namespace firn::iceberg {
namespace {

class Assigner {
 public:
  explicit Assigner(FieldId last_used) : last_(last_used.value()) {}

  /// Ids for all the fields of `type` before those of what they nest.
  std::vector<NestedField> Assign(const Type& type) {
    std::vector<NestedField> fields(type.fields().begin(), type.fields().end());
    for (NestedField& field : fields) {
      field.id = FieldId(++last_);
    }
    for (NestedField& field : fields) {
      field.type = Renumber(field.type);
    }
    return fields;
  }

 private:
  TypePtr Renumber(const TypePtr& type) {
    if (!type->is_nested()) {
      return type;
    }
    std::vector<NestedField> fields = Assign(*type);
    if (type->is_struct()) {
      return Type::Struct(std::move(fields));
    }
    if (type->is_list()) {
      return Type::List(fields[0].id, std::move(fields[0].type), fields[0].required);
    }
    return Type::Map(std::move(fields[0]), std::move(fields[1]));
  }

  int32_t last_;
};

}  // namespace

Result<Schema> AssignFreshIds(const Schema& schema, SchemaId id, FieldId last_used) {
  std::vector<NestedField> fields = Assigner(last_used).Assign(*schema.as_struct());
  ASSIGN_OR_RETURN(Schema renumbered, Schema::Make(id, std::move(fields), {}));
  if (schema.identifier_field_ids().empty()) {
    return renumbered;
  }
  std::vector<FieldId> identifiers;
  for (FieldId old : schema.identifier_field_ids()) {
    identifiers.push_back(renumbered.FindField(*schema.FindName(old))->id);
  }
  std::vector<NestedField> again(renumbered.fields().begin(), renumbered.fields().end());
  return Schema::Make(id, std::move(again), identifiers);
}

}  // namespace firn::iceberg
