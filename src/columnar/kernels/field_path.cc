#include "columnar/kernels/field_path.h"

#include <arrow/array/array_nested.h>

#include "columnar/io/arrow_status.h"
#include "columnar/schema/arrow_type.h"

namespace firn::columnar {

std::vector<int> PathTo(const arrow::FieldVector& fields, iceberg::FieldId id) {
  for (size_t i = 0; i < fields.size(); ++i) {
    auto index = static_cast<int>(i);
    if (FieldIdOf(*fields[i]) == id) {
      return {index};
    }
    if (fields[i]->type()->id() == arrow::Type::STRUCT) {
      std::vector<int> path = PathTo(fields[i]->type()->fields(), id);
      if (!path.empty()) {
        path.insert(path.begin(), index);
        return path;
      }
    }
  }
  return {};
}

Result<std::shared_ptr<arrow::Array>> ColumnAt(const arrow::RecordBatch& batch,
                                               const std::vector<int>& path) {
  std::shared_ptr<arrow::Array> column = batch.column(path[0]);
  for (size_t i = 1; i < path.size(); ++i) {
    const auto& rows = static_cast<const arrow::StructArray&>(*column);
    ASSIGN_OR_RETURN(column, ToResult(rows.GetFlattenedField(path[i]), ErrorCode::kInternal));
  }
  return column;
}

}  // namespace firn::columnar
