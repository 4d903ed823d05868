#include "catalog/hive/thrift/thrift_reader.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace firn::catalog::hive::thrift {
namespace {

constexpr int64_t kVersionMask = 0xffff'0000;
/// Read ahead of what is asked for, and the step in which long texts grow.
constexpr size_t kBlockBytes = 16 << 10;
/// Reserved for a container on its word alone.
constexpr size_t kMaxReserved = 1024;

Error NoMessage(std::string_view why) {
  return Error(ErrorCode::kInternal, "What was received is no message of Thrift's binary protocol")
      .With("at", std::string(why));
}

/// As few bytes as a value of the type has; 0 where there is no such type.
int64_t LeastBytes(Type type) {
  switch (type) {
    case Type::kBool:
    case Type::kByte:
    case Type::kStruct:
      return 1;
    case Type::kI16:
      return 2;
    case Type::kI32:
    case Type::kString:
      return 4;
    case Type::kSet:
    case Type::kList:
      return 5;
    case Type::kMap:
      return 6;
    case Type::kDouble:
    case Type::kI64:
      return 8;
    case Type::kStop:
      break;
  }
  return 0;
}

class Reader {
 public:
  Reader(Stream& stream, const ReadLimits& limits, MonotonicTime deadline)
      : stream_(stream), deadline_(deadline), left_(limits.bytes), values_left_(limits.values) {}

  Result<Message> Read(Framing framing, int depth) {
    int64_t frame = -1;
    if (framing == Framing::kFrames) {
      ASSIGN_OR_RETURN(frame, Integer(4));
      if (frame < 0 || frame > left_) {
        return Error(ErrorCode::kPayloadTooLarge, "A frame of the answer is too large");
      }
      left_ = frame;
    }
    ASSIGN_OR_RETURN(int64_t head, Integer(4));
    uint8_t kind = static_cast<uint8_t>(head & 0xff);
    if ((head & kVersionMask) != kVersion1 || kind < 1 || kind > 4) {
      return NoMessage("version");
    }
    Message message{.kind = static_cast<MessageKind>(kind)};
    ASSIGN_OR_RETURN(message.name, Text());
    ASSIGN_OR_RETURN(int64_t sequence, Integer(4));
    message.sequence = static_cast<int32_t>(sequence);
    message.body.type = Type::kStruct;
    RETURN_IF_ERROR(ReadStruct(message.body, depth));
    if (begin_ != end_ || (frame >= 0 && left_ != 0)) {
      return NoMessage("end");
    }
    return message;
  }

 private:
  /// The next bytes, as many as `out` is long.
  Status Take(std::span<char> out) {
    if (static_cast<int64_t>(out.size()) > left_) {
      return Error(ErrorCode::kPayloadTooLarge, "The answer is too large");
    }
    left_ -= static_cast<int64_t>(out.size());
    while (!out.empty()) {
      if (begin_ == end_) {
        ASSIGN_OR_RETURN(end_, stream_.Receive(block_, deadline_));
        begin_ = 0;
      }
      size_t count = std::min(out.size(), end_ - begin_);
      std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(begin_), count, out.begin());
      begin_ += count;
      out = out.subspan(count);
    }
    return {};
  }

  /// Signed, of so many bytes; of a version's four bytes the highest bit counts.
  Result<int64_t> Integer(int bytes) {
    std::array<char, 8> raw{};
    RETURN_IF_ERROR(Take(std::span(raw).first(static_cast<size_t>(bytes))));
    uint64_t number = 0;
    for (int i = 0; i < bytes; ++i) {
      number = number << 8 | static_cast<uint8_t>(raw[static_cast<size_t>(i)]);
    }
    int unused = 64 - 8 * bytes;
    return static_cast<int64_t>(number << unused) >> unused;
  }

  Result<Type> ReadType() {
    ASSIGN_OR_RETURN(int64_t number, Integer(1));
    return static_cast<Type>(number & 0xff);
  }

  Result<std::string> Text() {
    ASSIGN_OR_RETURN(int64_t size, Integer(4));
    if (size < 0 || size > left_) {
      return Error(ErrorCode::kPayloadTooLarge, "A text of the answer is too large");
    }
    std::string text;
    while (text.size() < static_cast<size_t>(size)) {
      size_t had = text.size();
      text.resize(std::min(static_cast<size_t>(size), had + kBlockBytes));
      RETURN_IF_ERROR(Take(std::span(text).subspan(had)));
    }
    return text;
  }

  Status ReadStruct(Value& value, int depth) {
    if (depth <= 0) {
      return Error(ErrorCode::kPayloadTooLarge, "The answer is too deep");
    }
    while (true) {
      ASSIGN_OR_RETURN(Type type, ReadType());
      if (type == Type::kStop) {
        return {};
      }
      ASSIGN_OR_RETURN(int64_t id, Integer(2));
      ASSIGN_OR_RETURN(Value field, ReadValue(type, depth - 1));
      value.ids.push_back(static_cast<int16_t>(id));
      value.items.push_back(std::move(field));
    }
  }

  Status ReadContainer(Value& value, int depth) {
    if (depth <= 0) {
      return Error(ErrorCode::kPayloadTooLarge, "The answer is too deep");
    }
    bool is_map = value.type == Type::kMap;
    if (is_map) {
      ASSIGN_OR_RETURN(value.key, ReadType());
    }
    ASSIGN_OR_RETURN(value.element, ReadType());
    ASSIGN_OR_RETURN(int64_t count, Integer(4));
    if (count == 0) {  // its types may be anything
      value.key = LeastBytes(value.key) == 0 ? Type::kStop : value.key;
      value.element = LeastBytes(value.element) == 0 ? Type::kStop : value.element;
      return {};
    }
    int64_t least = LeastBytes(value.element) + (is_map ? LeastBytes(value.key) : 0);
    if (LeastBytes(value.element) == 0 || (is_map && LeastBytes(value.key) == 0)) {
      return NoMessage("type of a container");
    }
    if (count < 0 || count > left_ / least) {
      return Error(ErrorCode::kPayloadTooLarge, "A container of the answer is too large");
    }
    value.items.reserve(std::min(static_cast<size_t>(count), kMaxReserved));
    for (int64_t i = 0; i < count; ++i) {
      if (is_map) {
        ASSIGN_OR_RETURN(Value key, ReadValue(value.key, depth - 1));
        value.items.push_back(std::move(key));
      }
      ASSIGN_OR_RETURN(Value item, ReadValue(value.element, depth - 1));
      value.items.push_back(std::move(item));
    }
    return {};
  }

  Result<Value> ReadValue(Type type, int depth) {
    if (--values_left_ < 0) {
      return Error(ErrorCode::kPayloadTooLarge, "The answer has too many values");
    }
    Value value;
    value.type = type;
    switch (type) {
      case Type::kStruct:
        RETURN_IF_ERROR(ReadStruct(value, depth));
        return value;
      case Type::kMap:
      case Type::kSet:
      case Type::kList:
        RETURN_IF_ERROR(ReadContainer(value, depth));
        return value;
      case Type::kString: {
        ASSIGN_OR_RETURN(value.text, Text());
        return value;
      }
      default:
        break;
    }
    int64_t bytes = LeastBytes(type);
    if (bytes == 0) {
      return NoMessage("type");
    }
    ASSIGN_OR_RETURN(value.number, Integer(static_cast<int>(bytes)));
    if (type == Type::kBool) {
      value.number = value.number == 0 ? 0 : 1;
    }
    return value;
  }

  Stream& stream_;
  MonotonicTime deadline_;
  int64_t left_;
  int64_t values_left_;
  std::array<char, kBlockBytes> block_{};
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace

Result<Message> ReadMessage(Stream& stream,
                            Framing framing,
                            const ReadLimits& limits,
                            MonotonicTime deadline) {
  return Reader(stream, limits, deadline).Read(framing, limits.depth);
}

}  // namespace firn::catalog::hive::thrift
