#include "columnar/schema/metadata_columns.h"

#include <utility>

namespace firn::columnar {
namespace {

using iceberg::NestedField;
using iceberg::Type;
using iceberg::TypeId;

NestedField Make(iceberg::FieldId id, const char* name, TypeId type, bool required) {
  return {id, name, Type::Plain(type), required};
}

}  // namespace

NestedField MetadataColumn(iceberg::FieldId id) {
  if (id == kFileColumn) {
    return Make(id, "_file", TypeId::kString, true);
  }
  if (id == kPosColumn) {
    return Make(id, "_pos", TypeId::kLong, true);
  }
  if (id == kDeletedColumn) {
    return Make(id, "_deleted", TypeId::kBoolean, true);
  }
  if (id == kSpecIdColumn) {
    return Make(id, "_spec_id", TypeId::kInt, true);
  }
  if (id == kDeleteFilePathColumn) {
    return Make(id, "file_path", TypeId::kString, true);
  }
  if (id == kDeletePosColumn) {
    return Make(id, "pos", TypeId::kLong, true);
  }
  if (id == kRowIdColumn) {
    return Make(id, "_row_id", TypeId::kLong, false);
  }
  return Make(id, "_last_updated_sequence_number", TypeId::kLong, false);
}

NestedField PartitionColumn(iceberg::TypePtr type) {
  return {kPartitionColumn, "_partition", std::move(type), false};
}

}  // namespace firn::columnar
