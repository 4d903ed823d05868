#include "iceberg/metadata/dropped_columns.h"

#include <utility>
#include <vector>

namespace firn::iceberg {

const Schema* NewestSchemaWith(const TableMetadata& table, FieldId id) {
  const Schema* newest = nullptr;
  for (const Schema& schema : table.schemas) {
    bool newer = newest == nullptr || schema.id() > newest->id();
    if (newer && schema.FindField(id) != nullptr) {
      newest = &schema;
    }
  }
  return newest;
}

TypePtr PartitionTypeOf(const TableMetadata& table,
                        const PartitionSpec& spec,
                        const Schema& schema) {
  const TypePtr plain = PartitionType(spec, schema);
  std::vector<NestedField> fields(plain->fields().begin(), plain->fields().end());
  for (size_t i = 0; i < fields.size(); ++i) {
    const PartitionField& field = spec.fields[i];
    const Schema* older = schema.FindField(field.source_id) == nullptr
                              ? NewestSchemaWith(table, field.source_id)
                              : nullptr;
    if (older != nullptr) {
      fields[i].type = field.transform.ResultType(older->FindField(field.source_id)->type);
    }
  }
  return Type::Struct(std::move(fields));
}

}  // namespace firn::iceberg
