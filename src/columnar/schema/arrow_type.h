// Iceberg's types and schemas as Arrow's: one Arrow type for each Iceberg type, in which columnar
// holds, returns and writes values. Source: Iceberg specification, Appendix A, "Parquet".
//
//   decimal -> decimal128; date -> date32; time -> time64[us]; timestamps -> timestamp[us|ns] with
//   zone "UTC" or none; string -> utf8; uuid -> fixed_size_binary[16]; fixed -> fixed_size_binary;
//   binary, geometry, geography -> binary; unknown -> null; variant -> struct of the binaries
//   `metadata` and `value`; list -> list of `element`; map -> map of `key` and `value`.
//
// Fields carry their id as metadata `PARQUET:field_id`, as Arrow's Parquet reader and writer have
// it. Thread-safety: pure functions.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include <arrow/type.h>

#include "iceberg/schema/schema.h"
#include "iceberg/schema/type.h"

namespace firn::columnar {

inline constexpr std::string_view kFieldIdKey = "PARQUET:field_id";
/// A UUID's width in Arrow and Parquet.
inline constexpr int32_t kUuidBytes = 16;

std::shared_ptr<arrow::DataType> ArrowTypeOf(const iceberg::Type& type);
/// With its id; nullable where it is optional.
std::shared_ptr<arrow::Field> ArrowFieldOf(const iceberg::NestedField& field);
std::shared_ptr<arrow::Schema> ArrowSchemaOf(std::span<const iceberg::NestedField> fields);
std::shared_ptr<arrow::Schema> ArrowSchemaOf(const iceberg::Schema& schema);

/// The id that the field's metadata has; nullopt where there is none or it is no number.
std::optional<iceberg::FieldId> FieldIdOf(const arrow::Field& field);

}  // namespace firn::columnar
