// Decoder: reads Avro values out of one block. The first defect is kept and stops everything: after
// it each read returns nothing, and loops end. So callers read a whole record and ask once.
//
// Each Read takes the type the file was written with and accepts what means the same: a union with
// null, an int for a long, bytes for a string. Another type is a defect.
// Thread-safety: one thread at a time. Views point into the block.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "iceberg/manifest/avro/schema.h"

namespace firn::iceberg::avro {

class Decoder {
 public:
  explicit Decoder(std::string_view block)
      : data_(block), values_left_(kValuesPerByte * block.size() + kFreeValues) {}

  bool ok() const { return defect_.empty(); }
  /// What is wrong; empty while ok().
  const std::string& defect() const { return defect_; }
  /// Bytes read so far.
  size_t position() const { return position_; }
  size_t remaining() const { return data_.size() - position_; }
  void Fail(std::string_view defect);

  // Without a type: the parts that every value is made of.
  int64_t Varint();
  std::string_view Bytes(int64_t size);
  /// A length, then so many bytes.
  std::string_view LengthAndBytes();

  /// The branch that a union's value takes, or the node itself.
  const Node& Resolve(const Node& node);

  // nullopt for null.
  std::optional<bool> ReadBool(const Node& node);
  std::optional<int64_t> ReadInt64(const Node& node);
  std::optional<int32_t> ReadInt32(const Node& node);
  std::optional<double> ReadDouble(const Node& node);
  std::optional<std::string_view> ReadBytes(const Node& node);

  /// Reads a list: calls `item(item_node)` for each. False for null, where nothing was called.
  template <class Item>
  bool ReadArray(const Node& node, Item item) {
    const Node& array = Resolve(node);
    if (array.kind != Kind::kArray) {
      if (array.kind != Kind::kNull) {
        Fail("a list was expected");
      }
      return false;
    }
    while (int64_t count = BeginItems()) {
      for (; count > 0 && ok(); --count) {
        item(*array.children[0]);
      }
    }
    return true;
  }

  void Skip(const Node& node);

 private:
  /// Values that take no byte (nulls, empty records) are bounded by these, so that no schema can
  /// make a few bytes last for ever.
  static constexpr size_t kValuesPerByte = 16;
  static constexpr size_t kFreeValues = 1024;

  /// The number of items in the next run of a list or map, 0 at its end or after a defect. Every
  /// item takes at least a byte.
  int64_t BeginItems();
  void SkipItems(const Node& node);

  std::string_view data_;
  size_t position_ = 0;
  int depth_ = 0;
  size_t values_left_;
  std::string defect_;
};

}  // namespace firn::iceberg::avro
