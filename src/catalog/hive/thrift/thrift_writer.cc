#include "catalog/hive/thrift/thrift_writer.h"

#include <string_view>

namespace firn::catalog::hive::thrift {
namespace {

/// The lowest `bytes` of it, highest byte first.
void AppendInteger(int64_t number, int bytes, std::string& out) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<uint64_t>(number) >> shift));
  }
}

void AppendType(Type type, std::string& out) { out.push_back(static_cast<char>(type)); }

void AppendText(std::string_view text, std::string& out) {
  AppendInteger(static_cast<int64_t>(text.size()), 4, out);
  out.append(text);
}

void AppendValue(const Value& value, std::string& out);

void AppendStruct(const Value& value, std::string& out) {
  for (size_t i = 0; i < value.items.size(); ++i) {
    AppendType(value.items[i].type, out);
    AppendInteger(value.ids[i], 2, out);
    AppendValue(value.items[i], out);
  }
  AppendType(Type::kStop, out);
}

void AppendContainer(const Value& value, std::string& out) {
  size_t count = value.items.size();
  if (value.type == Type::kMap) {
    AppendType(value.key, out);
    count /= 2;
  }
  AppendType(value.element, out);
  AppendInteger(static_cast<int64_t>(count), 4, out);
  for (const Value& item : value.items) {
    AppendValue(item, out);
  }
}

void AppendValue(const Value& value, std::string& out) {
  switch (value.type) {
    case Type::kStop:
      return;
    case Type::kBool:
    case Type::kByte:
      return AppendInteger(value.number, 1, out);
    case Type::kI16:
      return AppendInteger(value.number, 2, out);
    case Type::kI32:
      return AppendInteger(value.number, 4, out);
    case Type::kDouble:
    case Type::kI64:
      return AppendInteger(value.number, 8, out);
    case Type::kString:
      return AppendText(value.text, out);
    case Type::kStruct:
      return AppendStruct(value, out);
    case Type::kMap:
    case Type::kSet:
    case Type::kList:
      return AppendContainer(value, out);
  }
}

}  // namespace

std::string PrintMessage(const Message& message, Framing framing) {
  std::string body;
  AppendInteger(kVersion1 | static_cast<int64_t>(message.kind), 4, body);
  AppendText(message.name, body);
  AppendInteger(message.sequence, 4, body);
  AppendValue(message.body, body);
  if (framing == Framing::kNone) {
    return body;
  }
  std::string frame;
  AppendText(body, frame);
  return frame;
}

}  // namespace firn::catalog::hive::thrift
