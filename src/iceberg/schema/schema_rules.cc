#include "iceberg/schema/schema_rules.h"

#include <map>
#include <string>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "iceberg/schema/literal_json.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

constexpr FormatVersion kDefaultValuesVersion = 3;

FormatVersion FirstVersionOf(TypeId id) {
  switch (id) {
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
    case TypeId::kVariant:
    case TypeId::kUnknown:
    case TypeId::kGeometry:
    case TypeId::kGeography:
      return 3;
    default:
      return 1;
  }
}

std::string Print(const Type& type, const Literal& literal) {
  std::string text;
  JsonWriter out(text);
  AppendLiteral(type, literal, out);
  return text;
}

}  // namespace

Status CheckFormatVersion(const Schema& schema, FormatVersion format_version) {
  std::string problems;
  for (FieldId id : schema.field_ids()) {
    const NestedField& field = *schema.FindField(id);
    FormatVersion first = FirstVersionOf(field.type->id());
    if (field.initial_default && format_version < kDefaultValuesVersion) {
      problems += fmt::format(
          "\n- Invalid initial default for {}: non-null default ({}) is not supported until v{}",
          *schema.FindName(id), Print(*field.type, *field.initial_default), kDefaultValuesVersion);
    } else if (format_version < first) {
      problems += fmt::format("\n- Invalid type for {}: {} is not supported until v{}",
                              *schema.FindName(id), ToString(*field.type), first);
    }
  }
  if (!problems.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Invalid schema for v{}:{}", format_version, problems));
  }
  return {};
}

}  // namespace firn::iceberg
