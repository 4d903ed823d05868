#include "features/definitions/protobuf_wire.h"

#include <string>

#include "base/testing/matchers.h"

namespace firn::features {
namespace {

using testing::IsError;
using testing::IsOk;

TEST(ProtobufWireTest, FieldsInTheirOrder) {
  // 1: 150, 2: "testing", 3: fixed32 1, 4: fixed64 2, 16: 0.
  const std::string bytes(
      "\x08\x96\x01\x12\x07testing\x1d\x01\0\0\0\x21\x02\0\0\0\0\0\0\0\x80\x01\0", 29);
  ProtobufWire wire(bytes);
  struct Expected {
    uint32_t number;
    WireType type;
    uint64_t value;
    std::string_view text;
  };
  for (const Expected& each :
       {Expected{1, WireType::kVarint, 150, ""}, Expected{2, WireType::kBytes, 0, "testing"},
        Expected{3, WireType::kFixed32, 1, ""}, Expected{4, WireType::kFixed64, 2, ""},
        Expected{16, WireType::kVarint, 0, ""}}) {
    auto field = wire.Next();
    ASSERT_THAT(field, IsOk());
    ASSERT_TRUE(*field);
    EXPECT_TRUE((*field)->Is(each.number, each.type));
    EXPECT_EQ((*field)->value, each.value);
    EXPECT_EQ((*field)->bytes, each.text);
  }
  auto end = wire.Next();
  ASSERT_THAT(end, IsOk());
  EXPECT_FALSE(*end);
}

TEST(ProtobufWireTest, FieldsOfBytesAreReadAsTheyWereAppended) {
  std::string message;
  const std::string longer(300, 'x');
  AppendBytesField(message, 1, "");
  AppendBytesField(message, 16, longer);
  ProtobufWire wire(message);
  for (auto [number, bytes] : {std::pair<uint32_t, std::string>{1, ""}, {16, longer}}) {
    auto field = wire.Next();
    ASSERT_THAT(field, IsOk());
    ASSERT_TRUE(*field);
    EXPECT_TRUE((*field)->Is(number, WireType::kBytes));
    EXPECT_EQ((*field)->bytes, bytes);
  }
}

TEST(ProtobufWireTest, NegativeNumbersTakeTenBytes) {
  ProtobufWire wire("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  auto field = wire.Next();
  ASSERT_THAT(field, IsOk());
  EXPECT_EQ(static_cast<int64_t>((*field)->value), -1);
}

TEST(ProtobufWireTest, WhatIsNoMessageIsAnError) {
  for (std::string_view bytes : {
           std::string_view("\x08"),                      // no value
           std::string_view("\x08\x80"),                  // a value without its end
           std::string_view("\x12\x05test"),              // a text cut short
           std::string_view("\x12\xff\xff\xff\xff\x0f"),  // far beyond the end
           std::string_view("\x1d\x01", 2),               // a number cut short
           std::string_view("\0\0", 2),                   // field 0
           std::string_view("\x0b"),                      // a group
           std::string_view("\x0f"),                      // no type
           std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
       }) {
    EXPECT_THAT(ProtobufWire(bytes).Next(), IsError(ErrorCode::kInvalidMetadata));
  }
}

}  // namespace
}  // namespace firn::features
