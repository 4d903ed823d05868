// Iceberg's schemas as Parquet's: exactly the physical and logical types that the specification
// names, with field ids on everything but the parts of a variant. Columns of type unknown are left
// out, as are structs of nothing else. Source: Iceberg specification, Appendix A, "Parquet".
//
// Errors: kInvalidArgument where no column is left, or a struct has no fields.
// Thread-safety: pure functions.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <parquet/schema.h>

#include "base/result.h"
#include "iceberg/schema/type.h"

namespace firn::columnar {

Result<std::shared_ptr<parquet::schema::GroupNode>> ParquetSchemaOf(
    std::span<const iceberg::NestedField> fields);

/// `fields` without what Parquet files do not hold: columns of type unknown at any depth outside
/// lists and maps.
std::vector<iceberg::NestedField> StoredFields(std::span<const iceberg::NestedField> fields);

}  // namespace firn::columnar
