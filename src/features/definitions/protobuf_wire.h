// ProtobufWire: the fields of one message in the wire format of protocol buffers, in the order in
// which they stand. Who reads knows the message; unknown fields are passed over.
//
// Source: protobuf.dev, "Encoding". Groups are not read: nothing has them any more. Errors:
// kInvalidMetadata for bytes that are no message. Thread-safety: one thread at a time; views point
// into the bytes.
//
//   ProtobufWire wire(bytes);
//   while (true) {
//     ASSIGN_OR_RETURN(auto field, wire.Next());
//     if (!field) break;
//   }
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::features {

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct WireField {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  /// Of a number, whatever its width.
  uint64_t value = 0;
  /// Of kBytes: a text, a message, packed numbers.
  std::string_view bytes;

  bool Is(uint32_t wanted, WireType as) const { return number == wanted && type == as; }
};

/// Puts a field of kBytes behind a message.
void AppendBytesField(std::string& message, uint32_t number, std::string_view bytes);

class ProtobufWire {
 public:
  explicit ProtobufWire(std::string_view bytes) : rest_(bytes) {}

  /// nullopt at the end.
  Result<std::optional<WireField>> Next();

 private:
  Result<uint64_t> Varint();
  Result<std::string_view> Take(uint64_t count);

  std::string_view rest_;
};

}  // namespace firn::features
