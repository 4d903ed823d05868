#include "catalog/pointer/hive_type.h"

#include <fmt/format.h>

namespace firn::catalog::pointer {

using iceberg::NestedField;
using iceberg::TypeId;

std::string HiveType(const iceberg::Type& type, HiveZones zones) {
  switch (type.id()) {
    case TypeId::kBoolean:
      return "boolean";
    case TypeId::kInt:
      return "int";
    case TypeId::kLong:
      return "bigint";
    case TypeId::kFloat:
      return "float";
    case TypeId::kDouble:
      return "double";
    case TypeId::kDecimal:
      return fmt::format("decimal({},{})", type.precision(), type.scale());
    case TypeId::kDate:
      return "date";
    case TypeId::kTimestamp:
    case TypeId::kTimestampNs:
      return "timestamp";
    case TypeId::kTimestampTz:
    case TypeId::kTimestampTzNs:
      return zones == HiveZones::kLocal ? "timestamp with local time zone" : "timestamp";
    case TypeId::kFixed:
    case TypeId::kBinary:
    case TypeId::kGeometry:
    case TypeId::kGeography:
      return "binary";
    case TypeId::kList:
      return fmt::format("array<{}>", HiveType(*type.element().type, zones));
    case TypeId::kMap:
      return fmt::format("map<{},{}>", HiveType(*type.key().type, zones),
                         HiveType(*type.value().type, zones));
    case TypeId::kStruct: {
      std::string fields;
      for (const NestedField& field : type.fields()) {
        fields += fmt::format("{}{}:{}", fields.empty() ? "" : ",", field.name,
                              HiveType(*field.type, zones));
      }
      return fmt::format("struct<{}>", fields);
    }
    default:
      return "string";
  }
}

}  // namespace firn::catalog::pointer
