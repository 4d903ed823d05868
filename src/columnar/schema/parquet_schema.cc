#include "columnar/schema/parquet_schema.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "columnar/schema/arrow_type.h"

namespace firn::columnar {
namespace {

using iceberg::NestedField;
using iceberg::Type;
using iceberg::TypeId;
using parquet::LogicalType;
using parquet::Repetition;
using parquet::schema::GroupNode;
using parquet::schema::NodePtr;
using parquet::schema::NodeVector;
using parquet::schema::PrimitiveNode;

constexpr int32_t kMaxInt32Digits = 9;
constexpr int32_t kMaxInt64Digits = 18;
constexpr int8_t kVariantVersion = 1;

/// The fewest bytes that hold any number of so many decimal digits and its sign.
int32_t DecimalBytes(int32_t precision) {
  iceberg::Int128 greatest = 1;
  for (int32_t digit = 0; digit < precision; ++digit) {
    greatest *= 10;
  }
  int32_t bytes = 1;
  while (bytes < 16 && (iceberg::Int128{1} << (8 * bytes - 1)) < greatest) {
    ++bytes;
  }
  return bytes;
}

struct Place {
  const std::string& name;
  Repetition::type repetition;
  int32_t id;
};

NodePtr Primitive(const Place& place,
                  parquet::Type::type physical,
                  std::shared_ptr<const LogicalType> logical,
                  int32_t length = -1) {
  return PrimitiveNode::Make(place.name, place.repetition, std::move(logical), physical, length,
                             place.id);
}

NodePtr DecimalNode(const Place& place, const Type& type) {
  auto logical = LogicalType::Decimal(type.precision(), type.scale());
  if (type.precision() <= kMaxInt32Digits) {
    return Primitive(place, parquet::Type::INT32, std::move(logical));
  }
  if (type.precision() <= kMaxInt64Digits) {
    return Primitive(place, parquet::Type::INT64, std::move(logical));
  }
  return Primitive(place, parquet::Type::FIXED_LEN_BYTE_ARRAY, std::move(logical),
                   DecimalBytes(type.precision()));
}

NodePtr TimestampNode(const Place& place, TypeId id) {
  bool utc = id == TypeId::kTimestampTz || id == TypeId::kTimestampTzNs;
  bool nanos = id == TypeId::kTimestampNs || id == TypeId::kTimestampTzNs;
  return Primitive(place, parquet::Type::INT64,
                   LogicalType::Timestamp(
                       utc, nanos ? LogicalType::TimeUnit::NANOS : LogicalType::TimeUnit::MICROS,
                       /*is_from_converted_type=*/false, /*force_set_converted_type=*/!nanos));
}

LogicalType::EdgeInterpolationAlgorithm AlgorithmOf(iceberg::EdgeAlgorithm algorithm) {
  switch (algorithm) {
    case iceberg::EdgeAlgorithm::kSpherical:
      return LogicalType::EdgeInterpolationAlgorithm::SPHERICAL;
    case iceberg::EdgeAlgorithm::kVincenty:
      return LogicalType::EdgeInterpolationAlgorithm::VINCENTY;
    case iceberg::EdgeAlgorithm::kThomas:
      return LogicalType::EdgeInterpolationAlgorithm::THOMAS;
    case iceberg::EdgeAlgorithm::kAndoyer:
      return LogicalType::EdgeInterpolationAlgorithm::ANDOYER;
    case iceberg::EdgeAlgorithm::kKarney:
      return LogicalType::EdgeInterpolationAlgorithm::KARNEY;
  }
  return LogicalType::EdgeInterpolationAlgorithm::SPHERICAL;
}

NodePtr VariantNode(const Place& place) {
  NodeVector parts = {
      PrimitiveNode::Make("metadata", Repetition::REQUIRED, parquet::Type::BYTE_ARRAY),
      PrimitiveNode::Make("value", Repetition::REQUIRED, parquet::Type::BYTE_ARRAY)};
  return GroupNode::Make(place.name, place.repetition, parts, LogicalType::Variant(kVariantVersion),
                         place.id);
}

NodePtr LeafNode(const Place& place, const Type& type) {
  switch (type.id()) {
    case TypeId::kBoolean:
      return Primitive(place, parquet::Type::BOOLEAN, LogicalType::None());
    case TypeId::kInt:
      return Primitive(place, parquet::Type::INT32, LogicalType::None());
    case TypeId::kLong:
      return Primitive(place, parquet::Type::INT64, LogicalType::None());
    case TypeId::kFloat:
      return Primitive(place, parquet::Type::FLOAT, LogicalType::None());
    case TypeId::kDouble:
      return Primitive(place, parquet::Type::DOUBLE, LogicalType::None());
    case TypeId::kDecimal:
      return DecimalNode(place, type);
    case TypeId::kDate:
      return Primitive(place, parquet::Type::INT32, LogicalType::Date());
    case TypeId::kTime:
      return Primitive(place, parquet::Type::INT64,
                       LogicalType::Time(false, LogicalType::TimeUnit::MICROS));
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return TimestampNode(place, type.id());
    case TypeId::kString:
      return Primitive(place, parquet::Type::BYTE_ARRAY, LogicalType::String());
    case TypeId::kUuid:
      return Primitive(place, parquet::Type::FIXED_LEN_BYTE_ARRAY, LogicalType::UUID(), kUuidBytes);
    case TypeId::kFixed:
      return Primitive(place, parquet::Type::FIXED_LEN_BYTE_ARRAY, LogicalType::None(),
                       type.length());
    case TypeId::kGeometry:
      return Primitive(place, parquet::Type::BYTE_ARRAY, LogicalType::Geometry(type.crs()));
    case TypeId::kGeography:
      return Primitive(place, parquet::Type::BYTE_ARRAY,
                       LogicalType::Geography(type.crs(), AlgorithmOf(type.algorithm())));
    case TypeId::kVariant:
      return VariantNode(place);
    default:
      return Primitive(place, parquet::Type::BYTE_ARRAY, LogicalType::None());
  }
}

NodePtr NodeOf(const NestedField& field);

NodeVector NodesOf(std::span<const NestedField> fields) {
  NodeVector nodes;
  for (const NestedField& field : fields) {
    nodes.push_back(NodeOf(field));
  }
  return nodes;
}

NodePtr NodeOf(const NestedField& field) {
  Place place{field.name, field.required ? Repetition::REQUIRED : Repetition::OPTIONAL,
              field.id.value()};
  const Type& type = *field.type;
  if (type.is_struct()) {
    return GroupNode::Make(place.name, place.repetition, NodesOf(type.fields()), nullptr, place.id);
  }
  if (type.is_list()) {
    NodePtr repeated = GroupNode::Make("list", Repetition::REPEATED, {NodeOf(type.element())});
    return GroupNode::Make(place.name, place.repetition, {repeated}, LogicalType::List(), place.id);
  }
  if (type.is_map()) {
    NodePtr repeated = GroupNode::Make("key_value", Repetition::REPEATED,
                                       {NodeOf(type.key()), NodeOf(type.value())});
    return GroupNode::Make(place.name, place.repetition, {repeated}, LogicalType::Map(), place.id);
  }
  return LeafNode(place, type);
}

/// What a struct in the file needs; nullopt where nothing of the field is stored.
std::optional<NestedField> StoredField(const NestedField& field) {
  if (field.type->id() == TypeId::kUnknown) {
    return std::nullopt;
  }
  if (!field.type->is_struct()) {
    return field;
  }
  std::vector<NestedField> kept = StoredFields(field.type->fields());
  if (kept.empty()) {
    return std::nullopt;
  }
  NestedField stored = field;
  stored.type = Type::Struct(std::move(kept));
  return stored;
}

/// True where Parquet has no form: an empty group, or unknown inside a list or map.
bool HasNoForm(const Type& type) {
  if (type.id() == TypeId::kUnknown || (type.is_struct() && type.fields().empty())) {
    return true;
  }
  return std::any_of(type.fields().begin(), type.fields().end(),
                     [](const NestedField& field) { return HasNoForm(*field.type); });
}

}  // namespace

std::vector<NestedField> StoredFields(std::span<const NestedField> fields) {
  std::vector<NestedField> stored;
  for (const NestedField& field : fields) {
    if (auto kept = StoredField(field)) {
      stored.push_back(*std::move(kept));
    }
  }
  return stored;
}

Result<std::shared_ptr<GroupNode>> ParquetSchemaOf(std::span<const NestedField> fields) {
  std::vector<NestedField> stored = StoredFields(fields);
  if (stored.empty()) {
    return Error(ErrorCode::kInvalidArgument, "A Parquet file needs a column that it can hold");
  }
  for (const NestedField& field : stored) {
    if (HasNoForm(*field.type)) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Column {} has a part that Parquet cannot hold: a struct without "
                               "fields, or a list or map of unknown",
                               field.name));
    }
  }
  return Guarded([&]() -> Result<std::shared_ptr<GroupNode>> {
    NodePtr root = GroupNode::Make("table", Repetition::REQUIRED, NodesOf(stored));
    return std::static_pointer_cast<GroupNode>(root);
  });
}

}  // namespace firn::columnar
