// Encoder: appends values in Avro's binary form to a buffer of its own, kept from record to record.
// Source: Avro 1.11 specification, "Binary Encoding".
//
// Thread-safety: one thread at a time.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace firn::iceberg::avro {

class Encoder {
 public:
  /// int, long, counts, union branches.
  void Varint(int64_t value) {
    uint64_t bits = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
    while (bits >= 0x80) {
      buffer_ += static_cast<char>(bits | 0x80);
      bits >>= 7;
    }
    buffer_ += static_cast<char>(bits);
  }
  void Bool(std::same_as<bool> auto value) { buffer_ += value ? '\x01' : '\x00'; }
  void Float(float value);
  void Double(double value);
  /// string, bytes: length and content.
  void Bytes(std::string_view bytes) {
    Varint(static_cast<int64_t>(bytes.size()));
    buffer_ += bytes;
  }
  /// fixed: content only.
  void Fixed(std::string_view bytes) { buffer_ += bytes; }

  std::string_view buffer() const { return buffer_; }
  void Clear() { buffer_.clear(); }

 private:
  std::string buffer_;
};

}  // namespace firn::iceberg::avro
