#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "iceberg/manifest/writer/partition_record_internal.h"
#include "iceberg/schema/literal_binary.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

constexpr int32_t kUuidBytes = 16;

/// The bytes that hold every decimal of so many digits.
int32_t DecimalBytes(int32_t precision) {
  Int128 largest = 1;
  for (int32_t i = 0; i < precision; ++i) {
    largest *= 10;
  }
  int32_t bytes = 1;
  while (bytes < static_cast<int32_t>(sizeof(Int128)) && (largest - 1) >> (bytes * 8 - 1) != 0) {
    ++bytes;
  }
  return bytes;
}

std::string FixedText(std::string_view name, int32_t size, std::string_view more) {
  return fmt::format(R"({{"type":"fixed","name":"{}","size":{}{}}})", name, size, more);
}

std::string TimestampText(std::string_view logical, bool adjust_to_utc) {
  return fmt::format(R"({{"type":"long","logicalType":"{}","adjust-to-utc":{}}})", logical,
                     adjust_to_utc);
}

/// The Avro type and, where it is a named one, its name.
struct AvroType {
  std::string text;
  std::string name;
};

AvroType NamedFixed(std::string name, int32_t size, std::string_view more) {
  std::string text = FixedText(name, size, more);
  return {std::move(text), std::move(name)};
}

Result<AvroType> AvroTypeOf(const Type& type) {
  switch (type.id()) {
    case TypeId::kUnknown:
      return AvroType{R"("null")", ""};
    case TypeId::kBoolean:
      return AvroType{R"("boolean")", ""};
    case TypeId::kInt:
      return AvroType{R"("int")", ""};
    case TypeId::kLong:
      return AvroType{R"("long")", ""};
    case TypeId::kFloat:
      return AvroType{R"("float")", ""};
    case TypeId::kDouble:
      return AvroType{R"("double")", ""};
    case TypeId::kDate:
      return AvroType{R"({"type":"int","logicalType":"date"})", ""};
    case TypeId::kTime:
      return AvroType{R"({"type":"long","logicalType":"time-micros"})", ""};
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      return AvroType{TimestampText("timestamp-micros", type.id() == TypeId::kTimestampTz), ""};
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return AvroType{TimestampText("timestamp-nanos", type.id() == TypeId::kTimestampTzNs), ""};
    case TypeId::kString:
      return AvroType{R"("string")", ""};
    case TypeId::kBinary:
      return AvroType{R"("bytes")", ""};
    case TypeId::kUuid:
      return NamedFixed("uuid_fixed", kUuidBytes, R"(,"logicalType":"uuid")");
    case TypeId::kFixed:
      return NamedFixed(fmt::format("fixed_{}", type.length()), type.length(), "");
    case TypeId::kDecimal:
      return NamedFixed(fmt::format("decimal_{}_{}", type.precision(), type.scale()),
                        DecimalBytes(type.precision()),
                        fmt::format(R"(,"logicalType":"decimal","precision":{},"scale":{})",
                                    type.precision(), type.scale()));
    default:
      return Error(ErrorCode::kUnsupported, "Partition values cannot be of type " + ToString(type));
  }
}

/// The next code point of well-formed UTF-8; another byte stands for itself.
uint32_t TakeCodePoint(std::string_view& text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  uint32_t lead = byte(0);
  size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  uint32_t code = size == 1 ? lead : lead & (0x7FU >> size);
  if (size > text.size()) {
    size = 1;
    code = lead;
  }
  for (size_t i = 1; i < size; ++i) {
    code = (code << 6) | (byte(i) & 0x3FU);
  }
  text.remove_prefix(size);
  return code;
}

bool IsLetter(uint32_t code) {
  return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || code == '_';
}

bool IsDigit(uint32_t code) { return code >= '0' && code <= '9'; }

template <class T>
Result<Literal> Expect(const Literal& literal, const Type& type) {
  if (literal.As<T>() == nullptr) {
    return Error(ErrorCode::kInvalidArgument,
                 "A partition value is not of its field's type " + ToString(type));
  }
  return literal;
}

Error TooWide(const Type& type) {
  return Error(ErrorCode::kInvalidArgument,
               "A partition value does not fit its field's type " + ToString(type));
}

Status WriteDecimal(avro::Encoder& encoder, Int128 unscaled, const Type& type) {
  std::string bytes = EncodeUnscaled(unscaled);
  auto size = static_cast<size_t>(DecimalBytes(type.precision()));
  if (bytes.size() > size) {
    return TooWide(type);
  }
  encoder.Fixed(std::string(size - bytes.size(), unscaled < 0 ? '\xFF' : '\0'));
  encoder.Fixed(bytes);
  return {};
}

/// Of a value that was fitted to the type.
Status WriteValue(avro::Encoder& encoder, const Literal& literal, const Type& type) {
  if (const auto* boolean = literal.As<bool>()) {
    encoder.Bool(*boolean);
  } else if (const auto* number = literal.As<int32_t>()) {
    encoder.Varint(*number);
  } else if (const auto* wide = literal.As<int64_t>()) {
    encoder.Varint(*wide);
  } else if (const auto* single = literal.As<float>()) {
    encoder.Float(*single);
  } else if (const auto* real = literal.As<double>()) {
    encoder.Double(*real);
  } else if (const auto* decimal = literal.As<Decimal>()) {
    return WriteDecimal(encoder, decimal->unscaled, type);
  } else if (const auto* text = literal.As<std::string>()) {
    encoder.Bytes(*text);
  } else if (const auto* uuid = literal.As<Uuid>()) {
    encoder.Fixed({reinterpret_cast<const char*>(uuid->bytes().data()), uuid->bytes().size()});
  } else if (const auto* binary = literal.As<Bytes>()) {
    if (type.id() == TypeId::kBinary) {
      encoder.Bytes(binary->data);
    } else if (binary->data.size() == static_cast<size_t>(type.length())) {
      encoder.Fixed(binary->data);
    } else {
      return TooWide(type);
    }
  }
  return {};
}

}  // namespace

std::string AvroFieldName(std::string_view name) {
  std::string valid;
  auto append = [&](uint32_t unit) {
    if (IsLetter(unit) || (IsDigit(unit) && !valid.empty())) {
      valid += static_cast<char>(unit);
    } else if (IsDigit(unit)) {
      valid += '_';
      valid += static_cast<char>(unit);
    } else {
      valid += fmt::format("_x{:X}", unit);
    }
  };
  while (!name.empty()) {
    uint32_t code = TakeCodePoint(name);
    constexpr uint32_t kBeyondOneUnit = 0x10000;
    if (code < kBeyondOneUnit) {
      append(code);
    } else {
      append(0xD800 + ((code - kBeyondOneUnit) >> 10));
      append(0xDC00 + ((code - kBeyondOneUnit) & 0x3FF));
    }
  }
  return valid;
}

Result<PartitionRecord> PartitionRecord::Make(TypePtr type) {
  PartitionRecord record;
  record.type_ = std::move(type);
  std::string& text = record.schema_text_;
  text = R"({"type":"record","name":"r102","fields":[)";
  std::set<std::string> field_names;
  std::set<std::string> type_names;
  for (const NestedField& field : record.type_->fields()) {
    ASSIGN_OR_RETURN(AvroType avro, AvroTypeOf(*field.type));
    // Defined again under a name of its own: PyIceberg does not follow a reference to a type.
    if (!avro.name.empty() && !type_names.insert(avro.name).second) {
      std::string own = fmt::format("{}_r{}", avro.name, field.id.value());
      avro.text.replace(avro.text.find(avro.name), avro.name.size(), own);
    }
    std::string name = AvroFieldName(field.name);
    if (!field_names.insert(name).second) {
      name += fmt::format("_{}", field.id.value());
      field_names.insert(name);
    }
    text += text.back() == '[' ? "" : ",";
    text += R"({"name":")" + name + R"(","type":)";
    // A union holds a type once.
    text += avro.text == R"("null")" ? avro.text : R"(["null",)" + avro.text + "]";
    text += R"(,"default":null,)";
    if (name != field.name) {
      text += R"("iceberg-field-name":)";
      AppendJsonString(text, field.name);
      text += ',';
    }
    text += fmt::format(R"("field-id":{}}})", field.id.value());
  }
  text += "]}";
  return record;
}

Status PartitionRecord::Write(avro::Encoder& encoder, const StructValue& tuple) const {
  size_t written = 0;
  for (const NestedField& field : type_->fields()) {
    auto found = std::ranges::find(tuple.fields, field.id, &std::pair<FieldId, Literal>::first);
    bool present = found != tuple.fields.end();
    if (field.type->id() == TypeId::kUnknown) {
      if (present) {
        return Error(ErrorCode::kInvalidMetadata,
                     fmt::format("Files have values of the partition field {}, whose column no "
                                 "schema of the table has",
                                 field.name));
      }
      continue;
    }
    encoder.Varint(present ? 1 : 0);
    if (present) {
      ASSIGN_OR_RETURN(Literal value, FitToType(found->second, *field.type));
      RETURN_IF_ERROR(WriteValue(encoder, value, *field.type));
      ++written;
    }
  }
  if (written != tuple.fields.size()) {
    return Error(ErrorCode::kInvalidArgument, "A partition has values that its spec does not have");
  }
  return {};
}

Result<Literal> FitToType(const Literal& literal, const Type& type) {
  switch (type.id()) {
    case TypeId::kBoolean:
      return Expect<bool>(literal, type);
    case TypeId::kInt:
    case TypeId::kDate:
      return Expect<int32_t>(literal, type);
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      if (const auto* narrow = literal.As<int32_t>(); narrow && type.id() == TypeId::kLong) {
        return Literal(int64_t{*narrow});
      }
      return Expect<int64_t>(literal, type);
    case TypeId::kFloat:
      return Expect<float>(literal, type);
    case TypeId::kDouble:
      if (const auto* single = literal.As<float>()) {
        return Literal(double{*single});
      }
      return Expect<double>(literal, type);
    case TypeId::kDecimal:
      return Expect<Decimal>(literal, type);
    case TypeId::kString:
      return Expect<std::string>(literal, type);
    case TypeId::kUuid:
      return Expect<Uuid>(literal, type);
    default:
      return Expect<Bytes>(literal, type);
  }
}

}  // namespace firn::iceberg
