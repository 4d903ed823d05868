#include <algorithm>
#include <string>

#include "base/testing/matchers.h"
#include "catalog/hive/thrift/thrift_reader.h"
#include "catalog/hive/thrift/thrift_writer.h"

namespace firn::catalog::hive::thrift {
namespace {

using firn::testing::IsError;
using firn::testing::IsOkAnd;
using ::testing::ElementsAre;

/// What was sent, a byte at a time.
class Bytes final : public Stream {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  Status Send(std::string_view, MonotonicTime) override { return {}; }
  Result<size_t> Receive(std::span<char> out, MonotonicTime) override {
    if (at_ == bytes_.size()) {
      return Error(ErrorCode::kIoError, "the end");
    }
    out[0] = bytes_[at_++];
    return 1;
  }

 private:
  std::string bytes_;
  size_t at_ = 0;
};

Result<Message> Read(const std::string& bytes,
                     Framing framing = Framing::kNone,
                     const ReadLimits& limits = {}) {
  Bytes stream(bytes);
  return ReadMessage(stream, framing, limits, kNoDeadline);
}

/// A message with every type.
Message Everything() {
  Value half;
  half.type = Type::kDouble;
  half.number = 0x3fe0'0000'0000'0000;
  Value octet;
  octet.type = Type::kByte;
  octet.number = -7;
  Value small;
  small.type = Type::kI16;
  small.number = -300;
  Value set = Value::TextList({"x"});
  set.type = Type::kSet;
  return {.kind = MessageKind::kReply,
          .name = "get_table",
          .sequence = -2,
          .body = Value::Struct()
                      .With(0, Value::Struct().With(1, Value::Text(std::string("t\0t", 3))))
                      .With(1, Value::Truth(true))
                      .With(2, std::move(octet))
                      .With(3, std::move(half))
                      .With(4, std::move(small))
                      .With(5, Value::I32(-70'000))
                      .With(6, Value::I64(INT64_MIN))
                      .With(7, Value::Texts({{"a", "1"}, {"b", ""}}))
                      .With(8, std::move(set))
                      .With(-9, Value::List(Type::kStruct, {Value::Struct(), Value::Struct()}))
                      .With(10, Value::Texts({}))};
}

TEST(ThriftCodecTest, ACallIsWhatTheProtocolSays) {
  Message call{.name = "f", .sequence = 1, .body = Value::Struct().With(1, Value::Text("db"))};
  std::string bytes(
      "\x80\x01\x00\x01\x00\x00\x00\x01"
      "f\x00\x00\x00\x01",
      13);
  bytes += std::string(
      "\x0b\x00\x01\x00\x00\x00\x02"
      "db\x00",
      10);
  EXPECT_EQ(PrintMessage(call, Framing::kNone), bytes);
  EXPECT_EQ(PrintMessage(call, Framing::kFrames), std::string("\x00\x00\x00\x17", 4) + bytes);
}

TEST(ThriftCodecTest, WhatIsWrittenIsRead) {
  Message message = Everything();
  for (Framing framing : {Framing::kNone, Framing::kFrames}) {
    EXPECT_THAT(Read(PrintMessage(message, framing), framing), IsOkAnd(message));
  }
}

TEST(ThriftCodecTest, FieldsAreFoundByIdAndType) {
  Value body = Everything().body;
  EXPECT_EQ(body.NumberAt(5), -70'000);
  EXPECT_EQ(body.NumberAt(1), 0) << "a bool";
  EXPECT_EQ(body.TextAt(5), "");
  EXPECT_EQ(body.TextsAt(7).at("a"), "1");
  EXPECT_EQ(body.Find(99, Type::kString), nullptr);
  body.With(5, Value::Text("now a text"));
  EXPECT_EQ(body.TextAt(5), "now a text");
  EXPECT_EQ(body.ids.size(), 11U);
  EXPECT_THAT(body.Find(8, Type::kSet)->AllTexts(), ElementsAre("x"));
}

TEST(ThriftCodecTest, WhatIsCutShortIsNoMessage) {
  std::string whole = PrintMessage(Everything(), Framing::kNone);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(Read(whole.substr(0, size)), IsError(ErrorCode::kIoError)) << size;
  }
  std::string frame = PrintMessage(Everything(), Framing::kFrames);
  frame[3] = static_cast<char>(frame[3] + 1);
  EXPECT_THAT(Read(frame + "x", Framing::kFrames), IsError(ErrorCode::kInternal));
}

TEST(ThriftCodecTest, OtherProtocolsAreTold) {
  EXPECT_THAT(Read("HTTP/1.1 400 Bad Request\r\n\r\n"), IsError(ErrorCode::kInternal));
  EXPECT_THAT(Read("HTTP/1.1 400 Bad Request\r\n\r\n", Framing::kFrames),
              IsError(ErrorCode::kPayloadTooLarge));
  std::string wrong_type = PrintMessage({.name = "f", .body = Value::Struct()}, Framing::kNone);
  wrong_type.back() = 5;
  EXPECT_THAT(Read(wrong_type + std::string(8, '\0')), IsError(ErrorCode::kInternal));
}

TEST(ThriftCodecTest, LimitsHold) {
  std::string bytes = PrintMessage(Everything(), Framing::kNone);
  EXPECT_THAT(Read(bytes, Framing::kNone, {.bytes = 100}), IsError(ErrorCode::kPayloadTooLarge));
  EXPECT_THAT(Read(bytes, Framing::kNone, {.values = 5}), IsError(ErrorCode::kPayloadTooLarge));
  EXPECT_THAT(Read(bytes, Framing::kNone, {.depth = 1}), IsError(ErrorCode::kPayloadTooLarge));
  Message deep{.name = "f", .body = Value::Struct()};
  for (int i = 0; i < 40; ++i) {
    deep.body = Value::Struct().With(1, std::move(deep.body));
  }
  EXPECT_THAT(Read(PrintMessage(deep, Framing::kNone)), IsError(ErrorCode::kPayloadTooLarge));
  // A list that claims two thousand million texts, and none of them there.
  Message list{.name = "f", .body = Value::Struct().With(0, Value::TextList({}))};
  std::string claims = PrintMessage(list, Framing::kNone);
  claims[claims.size() - 5] = 0x7f;
  EXPECT_THAT(Read(claims), IsError(ErrorCode::kPayloadTooLarge));
}

}  // namespace
}  // namespace firn::catalog::hive::thrift
