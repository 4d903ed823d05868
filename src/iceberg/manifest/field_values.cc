#include <algorithm>
#include <array>

#include "iceberg/manifest/field_values_internal.h"

namespace firn::iceberg {
namespace {

using avro::Decoder;
using avro::Kind;
using avro::Logical;
using avro::Node;

constexpr size_t kMaxDecimalBytes = 16;

std::optional<Literal> ReadDecimal(Decoder& decoder, std::string_view bytes, int32_t scale) {
  if (bytes.size() > kMaxDecimalBytes) {
    decoder.Fail("a decimal has more than 128 bits");
    return std::nullopt;
  }
  Int128 unscaled = !bytes.empty() && static_cast<signed char>(bytes[0]) < 0 ? -1 : 0;
  for (char c : bytes) {
    unscaled = unscaled * 256 + static_cast<unsigned char>(c);
  }
  return Literal(Decimal{unscaled, scale});
}

std::optional<Literal> ReadBytesLiteral(Decoder& decoder, const Node& type) {
  std::optional<std::string_view> bytes = decoder.ReadBytes(type);
  if (!bytes.has_value()) {
    return std::nullopt;
  }
  if (type.kind == Kind::kString || type.kind == Kind::kEnum) {
    if (type.logical == Logical::kUuid) {
      if (auto uuid = Uuid::Parse(*bytes); uuid.has_value()) {
        return Literal(*uuid);
      }
    }
    return Literal(std::string(*bytes));
  }
  if (type.logical == Logical::kDecimal) {
    return ReadDecimal(decoder, *bytes, type.scale);
  }
  if (type.logical == Logical::kUuid && bytes->size() == 16) {
    std::array<uint8_t, 16> uuid{};
    std::ranges::transform(*bytes, uuid.begin(), [](char c) { return static_cast<uint8_t>(c); });
    return Literal(Uuid(uuid));
  }
  return Literal(Bytes{std::string(*bytes)});
}

/// nullopt for null.
std::optional<Literal> ReadLiteral(Decoder& decoder, const Node& node) {
  const Node& type = decoder.Resolve(node);
  switch (type.kind) {
    case Kind::kNull:
      return std::nullopt;
    case Kind::kBoolean:
      return Literal(decoder.ReadBool(type).value_or(false));
    case Kind::kInt:
      return Literal(decoder.ReadInt32(type).value_or(0));
    case Kind::kLong:
      return Literal(decoder.ReadInt64(type).value_or(0));
    case Kind::kFloat:
      return Literal(static_cast<float>(decoder.ReadDouble(type).value_or(0)));
    case Kind::kDouble:
      return Literal(decoder.ReadDouble(type).value_or(0));
    case Kind::kBytes:
    case Kind::kString:
    case Kind::kFixed:
    case Kind::kEnum:
      return ReadBytesLiteral(decoder, type);
    case Kind::kRecord:
    case Kind::kArray:
    case Kind::kMap:
    case Kind::kUnion:
      decoder.Fail("a partition value is nested");
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

void Read(Decoder& decoder, const Node& node, bool& out) {
  out = decoder.ReadBool(node).value_or(out);
}

void Read(Decoder& decoder, const Node& node, int32_t& out) {
  out = decoder.ReadInt32(node).value_or(out);
}

void Read(Decoder& decoder, const Node& node, int64_t& out) {
  out = decoder.ReadInt64(node).value_or(out);
}

void Read(Decoder& decoder, const Node& node, std::string& out) {
  if (auto bytes = decoder.ReadBytes(node); bytes.has_value()) {
    out = *bytes;
  }
}

void Read(Decoder& decoder, const Node& node, StructValue& out) {
  const Node& record = decoder.Resolve(node);
  if (record.kind != Kind::kRecord) {
    if (record.kind != Kind::kNull) {
      decoder.Fail("a partition is a record");
    }
    return;
  }
  // Without ids the fields are those of the spec, in its order.
  int32_t next_id = kFirstPartitionFieldId.value();
  for (const avro::Field& field : record.fields) {
    if (!decoder.ok()) {
      break;
    }
    FieldId id(field.id.value_or(next_id++));
    if (auto value = ReadLiteral(decoder, *field.type); value.has_value()) {
      out.fields.emplace_back(id, *std::move(value));
    }
  }
}

}  // namespace firn::iceberg
