#include "columnar/schema/arrow_import.h"

#include <string>
#include <utility>
#include <vector>

#include <arrow/extension_type.h>
#include <fmt/format.h>

#include "columnar/schema/arrow_type.h"
#include "iceberg/schema/fresh_ids.h"

namespace firn::columnar {
namespace {

using iceberg::FieldId;
using iceberg::NestedField;
using iceberg::Type;
using iceberg::TypeId;
using iceberg::TypePtr;

constexpr int32_t kMaxDecimalDigits = 38;
/// Of types in types.
constexpr int kMaxDepth = 200;

class Importer {
 public:
  explicit Importer(NanosecondColumns nanoseconds) : nanoseconds_(nanoseconds) {}

  bool all_have_ids() const { return without_id_ == 0; }
  bool none_has_id() const { return with_id_ == 0; }

  Result<NestedField> Import(const arrow::Field& field, const std::string& path, int depth) {
    if (depth > kMaxDepth) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Column {} nests deeper than {} levels", path, kMaxDepth));
    }
    NestedField imported;
    imported.name = field.name();
    imported.required = !field.nullable() && field.type()->id() != arrow::Type::NA;
    auto id = FieldIdOf(field);
    (id ? with_id_ : without_id_) += 1;
    // Any unique one: all are replaced where one is missing.
    imported.id = id.value_or(FieldId(--placeholder_));
    ASSIGN_OR_RETURN(imported.type, ImportType(*field.type(), path, depth));
    return imported;
  }

 private:
  static Error Refuse(const arrow::DataType& type, const std::string& path, std::string_view why) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Column {} of Arrow type {} has no Iceberg type{}", path,
                             type.ToString(), why));
  }

  Result<TypePtr> ImportTime(const arrow::DataType& type) const {
    const auto& timestamp = static_cast<const arrow::TimestampType&>(type);
    bool nanos =
        timestamp.unit() == arrow::TimeUnit::NANO && nanoseconds_ == NanosecondColumns::kKept;
    if (timestamp.timezone().empty()) {
      return Type::Plain(nanos ? TypeId::kTimestampNs : TypeId::kTimestamp);
    }
    return Type::Plain(nanos ? TypeId::kTimestampTzNs : TypeId::kTimestampTz);
  }

  Result<TypePtr> ImportType(const arrow::DataType& type, const std::string& path, int depth) {
    switch (type.id()) {
      case arrow::Type::NA:
        return Type::Plain(TypeId::kUnknown);
      case arrow::Type::BOOL:
        return Type::Plain(TypeId::kBoolean);
      case arrow::Type::INT8:
      case arrow::Type::INT16:
      case arrow::Type::INT32:
      case arrow::Type::UINT8:
      case arrow::Type::UINT16:
        return Type::Plain(TypeId::kInt);
      case arrow::Type::UINT32:
      case arrow::Type::INT64:
        return Type::Plain(TypeId::kLong);
      case arrow::Type::UINT64:
        return Refuse(type, path, ": cast it to int64 or decimal(20, 0)");
      case arrow::Type::HALF_FLOAT:
      case arrow::Type::FLOAT:
        return Type::Plain(TypeId::kFloat);
      case arrow::Type::DOUBLE:
        return Type::Plain(TypeId::kDouble);
      case arrow::Type::DATE32:
      case arrow::Type::DATE64:
        return Type::Plain(TypeId::kDate);
      case arrow::Type::TIME32:
      case arrow::Type::TIME64:
        return Type::Plain(TypeId::kTime);
      case arrow::Type::TIMESTAMP:
        return ImportTime(type);
      case arrow::Type::STRING:
      case arrow::Type::LARGE_STRING:
      case arrow::Type::STRING_VIEW:
        return Type::Plain(TypeId::kString);
      case arrow::Type::BINARY:
      case arrow::Type::LARGE_BINARY:
      case arrow::Type::BINARY_VIEW:
        return Type::Plain(TypeId::kBinary);
      default:
        return ImportOther(type, path, depth);
    }
  }

  Result<TypePtr> ImportOther(const arrow::DataType& type, const std::string& path, int depth) {
    switch (type.id()) {
      case arrow::Type::FIXED_SIZE_BINARY:
        return Type::Fixed(static_cast<const arrow::FixedSizeBinaryType&>(type).byte_width());
      case arrow::Type::DECIMAL32:
      case arrow::Type::DECIMAL64:
      case arrow::Type::DECIMAL128:
      case arrow::Type::DECIMAL256: {
        const auto& decimal = static_cast<const arrow::DecimalType&>(type);
        if (decimal.precision() > kMaxDecimalDigits || decimal.scale() < 0 ||
            decimal.scale() > decimal.precision()) {
          return Refuse(type, path, ": at most 38 digits, scale from 0 to the precision");
        }
        return Type::Decimal(decimal.precision(), decimal.scale());
      }
      case arrow::Type::DICTIONARY:
        return ImportType(*static_cast<const arrow::DictionaryType&>(type).value_type(), path,
                          depth + 1);
      case arrow::Type::EXTENSION:
        return ImportExtension(static_cast<const arrow::ExtensionType&>(type), path, depth);
      case arrow::Type::STRUCT:
      case arrow::Type::LIST:
      case arrow::Type::LARGE_LIST:
      case arrow::Type::LIST_VIEW:
      case arrow::Type::LARGE_LIST_VIEW:
      case arrow::Type::FIXED_SIZE_LIST:
      case arrow::Type::MAP:
        return ImportNested(type, path, depth);
      default:
        return Refuse(type, path, "");
    }
  }

  Result<TypePtr> ImportExtension(const arrow::ExtensionType& type,
                                  const std::string& path,
                                  int depth) {
    std::string name = type.extension_name();
    if (name == "arrow.uuid") {
      return Type::Plain(TypeId::kUuid);
    }
    if (name == "arrow.parquet.variant") {
      return Type::Plain(TypeId::kVariant);
    }
    if (name == "geoarrow.wkb") {
      return Type::Geometry(std::string(iceberg::kDefaultCrs));
    }
    return ImportType(*type.storage_type(), path, depth + 1);
  }

  Result<TypePtr> ImportNested(const arrow::DataType& type, const std::string& path, int depth) {
    if (type.id() == arrow::Type::STRUCT) {
      std::vector<NestedField> fields;
      for (const auto& child : type.fields()) {
        ASSIGN_OR_RETURN(NestedField field,
                         Import(*child, fmt::format("{}.{}", path, child->name()), depth + 1));
        fields.push_back(std::move(field));
      }
      return Type::Struct(std::move(fields));
    }
    if (type.id() == arrow::Type::MAP) {
      const auto& map = static_cast<const arrow::MapType&>(type);
      ASSIGN_OR_RETURN(NestedField key, Import(*map.key_field(), path + ".key", depth + 1));
      ASSIGN_OR_RETURN(NestedField value, Import(*map.item_field(), path + ".value", depth + 1));
      key.name = "key";
      key.required = true;
      value.name = "value";
      return Type::Map(std::move(key), std::move(value));
    }
    ASSIGN_OR_RETURN(NestedField element, Import(*type.field(0), path + ".element", depth + 1));
    return Type::List(element.id, std::move(element.type), element.required);
  }

  NanosecondColumns nanoseconds_;
  int64_t with_id_ = 0;
  int64_t without_id_ = 0;
  int32_t placeholder_ = 0;
};

}  // namespace

Result<iceberg::Schema> SchemaOfArrow(const arrow::Schema& schema, NanosecondColumns nanoseconds) {
  Importer importer(nanoseconds);
  std::vector<NestedField> fields;
  for (const auto& field : schema.fields()) {
    ASSIGN_OR_RETURN(NestedField imported, importer.Import(*field, field->name(), 0));
    fields.push_back(std::move(imported));
  }
  if (!importer.all_have_ids() && !importer.none_has_id()) {
    return Error(ErrorCode::kInvalidArgument,
                 "Some fields of the Arrow schema have a PARQUET:field_id and others have none");
  }
  ASSIGN_OR_RETURN(iceberg::Schema made,
                   iceberg::Schema::Make(iceberg::SchemaId(0), std::move(fields), {}));
  if (importer.all_have_ids()) {
    return made;
  }
  return iceberg::AssignFreshIds(made, iceberg::SchemaId(0), FieldId(0));
}

}  // namespace firn::columnar
