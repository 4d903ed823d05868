// NameMapping: field ids for data files that carry names only (table property
// `schema.name-mapping.default`). Specification: "Column Projection" and Appendix C, "Name Mapping
// Serialization".
//
// Errors: kInvalidArgument. Thread-safety: plain values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "iceberg/schema/schema.h"

namespace firn::iceberg {

struct MappedField {
  /// nullopt: known names without an id.
  std::optional<FieldId> id;
  std::vector<std::string> names;
  std::vector<MappedField> fields;

  friend bool operator==(const MappedField&, const MappedField&) = default;
};

struct NameMapping {
  std::vector<MappedField> fields;

  friend bool operator==(const NameMapping&, const NameMapping&) = default;
};

Result<NameMapping> ParseNameMapping(std::string_view json);
std::string PrintNameMapping(const NameMapping& mapping);

/// The mapping a schema's own names give.
NameMapping MappingOf(const Schema& schema);

/// The field of a path of names (`{"points", "element", "x"}`); null where there is none.
const MappedField* FindMapped(const NameMapping& mapping, const std::vector<std::string>& path);

}  // namespace firn::iceberg
