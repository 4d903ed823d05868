#include "iceberg/schema/type.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"

namespace firn::iceberg {

bool operator==(const NestedField& a, const NestedField& b) {
  return a.id == b.id && a.required == b.required && a.name == b.name && a.doc == b.doc &&
         *a.type == *b.type && a.initial_default == b.initial_default &&
         a.write_default == b.write_default;
}

bool operator==(const Type& a, const Type& b) {
  if (&a == &b) {
    return true;
  }
  return a.id_ == b.id_ && a.first_ == b.first_ && a.second_ == b.second_ &&
         a.algorithm_ == b.algorithm_ && EqualsIgnoringCase(a.crs_, b.crs_) &&
         a.fields_ == b.fields_;
}

TypePtr Type::Plain(TypeId id) {
  static const auto kTypes = [] {
    std::array<TypePtr, static_cast<size_t>(TypeId::kMap) + 1> types;
    for (size_t i = 0; i < types.size(); ++i) {
      types[i] = TypePtr(new Type(static_cast<TypeId>(i)));
    }
    return types;
  }();
  return kTypes[static_cast<size_t>(id)];
}

TypePtr Type::Decimal(int32_t precision, int32_t scale) {
  Type type(TypeId::kDecimal);
  type.first_ = precision;
  type.second_ = scale;
  return std::make_shared<const Type>(std::move(type));
}

TypePtr Type::Fixed(int32_t length) {
  Type type(TypeId::kFixed);
  type.first_ = length;
  return std::make_shared<const Type>(std::move(type));
}

TypePtr Type::Geometry(std::string crs) {
  Type type(TypeId::kGeometry);
  type.crs_ = std::move(crs);
  return std::make_shared<const Type>(std::move(type));
}

TypePtr Type::Geography(std::string crs, EdgeAlgorithm algorithm) {
  Type type(TypeId::kGeography);
  type.crs_ = std::move(crs);
  type.algorithm_ = algorithm;
  return std::make_shared<const Type>(std::move(type));
}

TypePtr Type::Struct(std::vector<NestedField> fields) {
  Type type(TypeId::kStruct);
  type.fields_ = std::move(fields);
  return std::make_shared<const Type>(std::move(type));
}

TypePtr Type::List(FieldId element_id, TypePtr element, bool element_required) {
  Type type(TypeId::kList);
  NestedField field;
  field.id = element_id;
  field.name = "element";
  field.type = std::move(element);
  field.required = element_required;
  type.fields_.push_back(std::move(field));
  return std::make_shared<const Type>(std::move(type));
}

TypePtr Type::Map(NestedField key, NestedField value) {
  Type type(TypeId::kMap);
  key.name = "key";
  key.required = true;
  value.name = "value";
  type.fields_.push_back(std::move(key));
  type.fields_.push_back(std::move(value));
  return std::make_shared<const Type>(std::move(type));
}

}  // namespace firn::iceberg
