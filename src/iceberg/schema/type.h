// The types of Iceberg v1 to v3 and the fields that nest them. A Type is immutable and shared; the
// primitive ones are single objects, so making one costs nothing. Specification: "Schemas and Data
// Types". Text forms are in type_text.h, JSON in schema_json.h.
//
// A struct has its fields; a list has one field named `element`, a map two named `key` and `value`,
// so that one walk visits everything that has a field id.
//
// Thread-safety: immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "iceberg/schema/ids.h"
#include "iceberg/schema/literal.h"

namespace firn::iceberg {

enum class TypeId : uint8_t {
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kDecimal,
  kDate,
  kTime,
  kTimestamp,
  kTimestampTz,
  kTimestampNs,
  kTimestampTzNs,
  kString,
  kUuid,
  kFixed,
  kBinary,
  kUnknown,
  kVariant,
  kGeometry,
  kGeography,
  kStruct,
  kList,
  kMap,
};

/// How a geography interpolates between points.
enum class EdgeAlgorithm : uint8_t { kSpherical, kVincenty, kThomas, kAndoyer, kKarney };

/// The CRS of geometry and geography where the text names none.
inline constexpr std::string_view kDefaultCrs = "OGC:CRS84";

class Type;
using TypePtr = std::shared_ptr<const Type>;

/// A column, or a field of a struct, list or map.
struct NestedField {
  FieldId id;
  std::string name;
  TypePtr type;
  bool required = false;
  std::optional<std::string> doc;
  /// What readers fill in for rows written before the field existed (v3).
  std::optional<Literal> initial_default;
  /// What writers use where the writer gives no value (v3).
  std::optional<Literal> write_default;

  /// Everything counts, docs and defaults included; types deeply.
  friend bool operator==(const NestedField&, const NestedField&);
};

class Type {
 public:
  /// A type without parameters: any but decimal, fixed, geometry, geography and the nested ones.
  static TypePtr Plain(TypeId id);
  /// precision 1 to 38, scale at most precision: the caller's to ensure.
  static TypePtr Decimal(int32_t precision, int32_t scale);
  static TypePtr Fixed(int32_t length);
  static TypePtr Geometry(std::string crs);
  static TypePtr Geography(std::string crs, EdgeAlgorithm algorithm);
  static TypePtr Struct(std::vector<NestedField> fields);
  static TypePtr List(FieldId element_id, TypePtr element, bool element_required);
  static TypePtr Map(NestedField key, NestedField value);

  TypeId id() const { return id_; }
  bool is_struct() const { return id_ == TypeId::kStruct; }
  bool is_list() const { return id_ == TypeId::kList; }
  bool is_map() const { return id_ == TypeId::kMap; }
  bool is_nested() const { return is_struct() || is_list() || is_map(); }
  /// As the specification groups them: variant is neither primitive nor nested.
  bool is_primitive() const { return !is_nested() && id_ != TypeId::kVariant; }

  int32_t precision() const { return first_; }            ///< decimal
  int32_t scale() const { return second_; }               ///< decimal
  int32_t length() const { return first_; }               ///< fixed
  const std::string& crs() const { return crs_; }         ///< geometry, geography
  EdgeAlgorithm algorithm() const { return algorithm_; }  ///< geography

  /// struct: its fields; list: {element}; map: {key, value}; else empty.
  std::span<const NestedField> fields() const { return fields_; }
  const NestedField& element() const { return fields_[0]; }  ///< list
  const NestedField& key() const { return fields_[0]; }      ///< map
  const NestedField& value() const { return fields_[1]; }    ///< map

  /// Deep equality; the case of a CRS does not count.
  friend bool operator==(const Type&, const Type&);

 private:
  explicit Type(TypeId id) : id_(id) {}

  TypeId id_;
  int32_t first_ = 0;
  int32_t second_ = 0;
  std::string crs_;
  EdgeAlgorithm algorithm_ = EdgeAlgorithm::kSpherical;
  std::vector<NestedField> fields_;
};

}  // namespace firn::iceberg
