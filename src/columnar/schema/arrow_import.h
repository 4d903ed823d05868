// Arrow's schemas as Iceberg's: what a table made from Arrow data looks like. Ids come from field
// metadata where every field has one, else all are fresh: sequential from 1, fields of a struct
// before what they nest. Source: Iceberg specification, Appendix A.
//
// Widened: int8, int16, uint8, uint16 -> int; uint32 -> long; float16 -> float; decimal32 to
// decimal256 -> decimal; date64 -> date; time32, time64 -> time; large and view kinds as the plain
// ones; dictionaries as their values; arrow.uuid -> uuid; arrow.json -> string;
// arrow.parquet.variant -> variant. timestamp[s|ms|us] -> timestamp, with a zone (any: values are
// instants) timestamptz.
//
// Errors: kInvalidArgument naming the column where the type has no Iceberg type (uint64, duration,
// interval, union, run-end encoded, decimals above 38 digits), where some fields have ids and
// others do not, and for what Schema::Make refuses.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>

#include <arrow/type.h>

#include "base/result.h"
#include "iceberg/schema/schema.h"

namespace firn::columnar {

/// What timestamp[ns] becomes.
enum class NanosecondColumns : uint8_t {
  kFloored,  ///< timestamp: format versions 1 and 2; writers floor the values.
  kKept,     ///< timestamp_ns: version 3.
};

/// The schema's id is 0.
Result<iceberg::Schema> SchemaOfArrow(const arrow::Schema& schema, NanosecondColumns nanoseconds);

}  // namespace firn::columnar
