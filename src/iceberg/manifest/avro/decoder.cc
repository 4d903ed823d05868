#include "iceberg/manifest/avro/decoder.h"

#include <bit>
#include <limits>

namespace firn::iceberg::avro {
namespace {

/// Schemas may refer to themselves; values of files we read do not nest so deeply.
constexpr int kMaxValueDepth = 64;

const Node kNullNode;

template <class T>
T FromLittleEndian(std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little);
  T value{};
  bytes.copy(reinterpret_cast<char*>(&value), sizeof value);
  return value;
}

}  // namespace

void Decoder::Fail(std::string_view defect) {
  if (defect_.empty()) {
    defect_ = defect;
  }
}

int64_t Decoder::Varint() {
  constexpr int kLastShift = 63;
  uint64_t bits = 0;
  for (int shift = 0; shift <= kLastShift && ok(); shift += 7) {
    if (position_ == data_.size()) {
      break;
    }
    auto byte = static_cast<unsigned char>(data_[position_++]);
    bits |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      return static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1);
    }
  }
  Fail("truncated or overlong integer");
  return 0;
}

std::string_view Decoder::Bytes(int64_t size) {
  if (!ok() || size < 0 || static_cast<uint64_t>(size) > remaining()) {
    Fail("a length exceeds the data");
    return {};
  }
  std::string_view bytes = data_.substr(position_, static_cast<size_t>(size));
  position_ += bytes.size();
  return bytes;
}

std::string_view Decoder::LengthAndBytes() { return Bytes(Varint()); }

const Node& Decoder::Resolve(const Node& node) {
  if (values_left_ == 0) {
    Fail("more values than data");
    return kNullNode;
  }
  --values_left_;
  const Node* resolved = &node;
  for (int depth = 0; resolved->kind == Kind::kUnion; ++depth) {
    int64_t branch = Varint();
    if (!ok() || depth == kMaxValueDepth || branch < 0 ||
        static_cast<uint64_t>(branch) >= resolved->children.size()) {
      Fail("no such union branch");
      return kNullNode;
    }
    resolved = resolved->children[static_cast<size_t>(branch)];
  }
  return *resolved;
}

std::optional<bool> Decoder::ReadBool(const Node& node) {
  const Node& type = Resolve(node);
  if (type.kind != Kind::kBoolean) {
    if (type.kind != Kind::kNull) {
      Fail("a boolean was expected");
    }
    return std::nullopt;
  }
  std::string_view byte = Bytes(1);
  return ok() ? std::optional(byte[0] != 0) : std::nullopt;
}

std::optional<int64_t> Decoder::ReadInt64(const Node& node) {
  const Node& type = Resolve(node);
  if (type.kind != Kind::kInt && type.kind != Kind::kLong) {
    if (type.kind != Kind::kNull) {
      Fail("an integer was expected");
    }
    return std::nullopt;
  }
  int64_t value = Varint();
  return ok() ? std::optional(value) : std::nullopt;
}

std::optional<int32_t> Decoder::ReadInt32(const Node& node) {
  std::optional<int64_t> wide = ReadInt64(node);
  if (!wide.has_value()) {
    return std::nullopt;
  }
  if (*wide < std::numeric_limits<int32_t>::min() || *wide > std::numeric_limits<int32_t>::max()) {
    Fail("an integer exceeds 32 bits");
    return std::nullopt;
  }
  return static_cast<int32_t>(*wide);
}

std::optional<double> Decoder::ReadDouble(const Node& node) {
  const Node& type = Resolve(node);
  if (type.kind == Kind::kFloat) {
    std::string_view bytes = Bytes(sizeof(float));
    return ok() ? std::optional<double>(FromLittleEndian<float>(bytes)) : std::nullopt;
  }
  if (type.kind == Kind::kDouble) {
    std::string_view bytes = Bytes(sizeof(double));
    return ok() ? std::optional(FromLittleEndian<double>(bytes)) : std::nullopt;
  }
  if (type.kind != Kind::kNull) {
    Fail("a floating-point number was expected");
  }
  return std::nullopt;
}

std::optional<std::string_view> Decoder::ReadBytes(const Node& node) {
  const Node& type = Resolve(node);
  std::string_view bytes;
  if (type.kind == Kind::kString || type.kind == Kind::kBytes) {
    bytes = LengthAndBytes();
  } else if (type.kind == Kind::kFixed) {
    bytes = Bytes(type.size);
  } else if (type.kind == Kind::kEnum) {
    int64_t symbol = Varint();
    if (!ok() || symbol < 0 || static_cast<uint64_t>(symbol) >= type.symbols.size()) {
      Fail("no such enum symbol");
      return std::nullopt;
    }
    bytes = type.symbols[static_cast<size_t>(symbol)];
  } else {
    if (type.kind != Kind::kNull) {
      Fail("text or bytes were expected");
    }
    return std::nullopt;
  }
  return ok() ? std::optional(bytes) : std::nullopt;
}

int64_t Decoder::BeginItems() {
  int64_t count = Varint();
  if (count < 0) {
    // The run's size in bytes follows, for readers that skip.
    Varint();
    count = count == std::numeric_limits<int64_t>::min() ? -1 : -count;
  }
  if (!ok() || count < 0 || static_cast<uint64_t>(count) > remaining()) {
    Fail("a count exceeds the data");
    return 0;
  }
  return count;
}

void Decoder::SkipItems(const Node& node) {
  while (true) {
    int64_t count = Varint();
    if (count == 0 || !ok()) {
      return;
    }
    if (count < 0) {
      LengthAndBytes();
      continue;
    }
    if (static_cast<uint64_t>(count) > remaining()) {
      Fail("a count exceeds the data");
    }
    for (; count > 0 && ok(); --count) {
      if (node.kind == Kind::kMap) {
        LengthAndBytes();
      }
      Skip(*node.children[0]);
    }
  }
}

void Decoder::Skip(const Node& node) {
  if (++depth_ > kMaxValueDepth) {
    Fail("nested too deeply");
  }
  const Node& type = Resolve(node);
  switch (ok() ? type.kind : Kind::kNull) {
    case Kind::kNull:
    case Kind::kUnion:
      break;
    case Kind::kBoolean:
      Bytes(1);
      break;
    case Kind::kInt:
    case Kind::kLong:
    case Kind::kEnum:
      Varint();
      break;
    case Kind::kFloat:
      Bytes(sizeof(float));
      break;
    case Kind::kDouble:
      Bytes(sizeof(double));
      break;
    case Kind::kBytes:
    case Kind::kString:
      LengthAndBytes();
      break;
    case Kind::kFixed:
      Bytes(type.size);
      break;
    case Kind::kRecord:
      for (const Field& field : type.fields) {
        if (!ok()) {
          break;
        }
        Skip(*field.type);
      }
      break;
    case Kind::kArray:
    case Kind::kMap:
      SkipItems(type);
      break;
  }
  --depth_;
}

}  // namespace firn::iceberg::avro
