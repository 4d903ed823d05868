// Value: any value of Apache Thrift as a tree; Message: a call or its answer. Structures are kept
// by their fields' ids, so that what is read and written back keeps fields that nobody here knows.
//
//   Value table = Value::Struct().With(1, Value::Text("t")).With(9, Value::Texts({{"k", "v"}}));
//   table.TextAt(1);
//
// Source: Thrift's binary protocol encoding. Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace firn::catalog::hive::thrift {

/// By their numbers on the wire.
enum class Type : uint8_t {
  kStop = 0,
  kBool = 2,
  kByte = 3,
  kDouble = 4,
  kI16 = 6,
  kI32 = 8,
  kI64 = 10,
  kString = 11,
  kStruct = 12,
  kMap = 13,
  kSet = 14,
  kList = 15,
};

struct Value {
  Type type = Type::kStop;
  /// Of maps and, as `element`, of their values, of lists and sets.
  Type key = Type::kStop;
  Type element = Type::kStop;
  /// Of bool, byte, i16, i32, i64; the bits of a double.
  int64_t number = 0;
  /// Bytes.
  std::string text;
  /// Of a struct: the fields' ids, in the order of `items`.
  std::vector<int16_t> ids;
  /// Of lists and sets; of a map keys and values in turn; of a struct its fields' values.
  std::vector<Value> items;

  static Value Truth(bool value) { return Number(Type::kBool, value ? 1 : 0); }
  static Value I32(int32_t value) { return Number(Type::kI32, value); }
  static Value I64(int64_t value) { return Number(Type::kI64, value); }
  static Value Text(std::string text);
  static Value List(Type element, std::vector<Value> items);
  static Value TextList(const std::vector<std::string>& texts);
  /// A map of strings.
  static Value Texts(const std::map<std::string, std::string>& texts);
  static Value Struct();

  /// Of a struct: sets the field, in its place where it is there.
  Value& With(int16_t id, Value value) &;
  Value&& With(int16_t id, Value value) &&;
  /// Of a struct; nullptr where it has no such field of this type.
  const Value* Find(int16_t id, Type of) const;
  /// Empty where the struct has no such string.
  std::string TextAt(int16_t id) const;
  /// Of an i32 or i64; 0 where the struct has none.
  int64_t NumberAt(int16_t id) const;
  /// Empty where the struct has no such map of strings.
  std::map<std::string, std::string> TextsAt(int16_t id) const;
  /// The strings of a list of strings.
  std::vector<std::string> AllTexts() const;

  friend bool operator==(const Value&, const Value&) = default;

 private:
  static Value Number(Type type, int64_t value);
};

/// The head of a message in the binary protocol, beside its kind.
inline constexpr int64_t kVersion1 = 0x8001'0000;

enum class MessageKind : uint8_t { kCall = 1, kReply = 2, kException = 3, kOneway = 4 };

struct Message {
  MessageKind kind = MessageKind::kCall;
  std::string name;
  int32_t sequence = 0;
  /// A struct: arguments, or the result with the value as field 0.
  Value body;

  friend bool operator==(const Message&, const Message&) = default;
};

}  // namespace firn::catalog::hive::thrift
