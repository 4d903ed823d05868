#include "features/definitions/protobuf_wire.h"

namespace firn::features {
namespace {

constexpr int kVarintBits = 7;
constexpr int kMaxVarintBits = 64;
constexpr uint32_t kTypeBits = 3;
constexpr uint64_t kMaxNumber = (uint64_t{1} << 29) - 1;

Error NoMessage() {
  return Error(ErrorCode::kInvalidMetadata, "These bytes are no protocol buffers message");
}

uint64_t LittleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i > 0; --i) {
    value = (value << 8) | static_cast<unsigned char>(bytes[i - 1]);
  }
  return value;
}

void AppendVarint(std::string& message, uint64_t value) {
  while (value > 0x7F) {
    message += static_cast<char>((value & 0x7F) | 0x80);
    value >>= kVarintBits;
  }
  message += static_cast<char>(value);
}

}  // namespace

void AppendBytesField(std::string& message, uint32_t number, std::string_view bytes) {
  AppendVarint(message, uint64_t{number} << kTypeBits | static_cast<uint64_t>(WireType::kBytes));
  AppendVarint(message, bytes.size());
  message += bytes;
}

Result<uint64_t> ProtobufWire::Varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < kMaxVarintBits && !rest_.empty(); shift += kVarintBits) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) {
      return value;
    }
  }
  return NoMessage();
}

Result<std::string_view> ProtobufWire::Take(uint64_t count) {
  if (count > rest_.size()) {
    return NoMessage();
  }
  std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

Result<std::optional<WireField>> ProtobufWire::Next() {
  if (rest_.empty()) {
    return std::optional<WireField>();
  }
  ASSIGN_OR_RETURN(uint64_t tag, Varint());
  const uint64_t number = tag >> kTypeBits;
  if (number == 0 || number > kMaxNumber) {
    return NoMessage();
  }
  WireField field{.number = static_cast<uint32_t>(number),
                  .type = static_cast<WireType>(tag & ((1U << kTypeBits) - 1))};
  switch (field.type) {
    case WireType::kVarint: {
      ASSIGN_OR_RETURN(field.value, Varint());
      return std::optional(field);
    }
    case WireType::kBytes: {
      ASSIGN_OR_RETURN(uint64_t size, Varint());
      ASSIGN_OR_RETURN(field.bytes, Take(size));
      return std::optional(field);
    }
    case WireType::kFixed64:
    case WireType::kFixed32: {
      ASSIGN_OR_RETURN(std::string_view bytes, Take(field.type == WireType::kFixed64 ? 8 : 4));
      field.value = LittleEndian(bytes);
      return std::optional(field);
    }
  }
  return NoMessage();
}

}  // namespace firn::features
