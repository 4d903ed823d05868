#include "iceberg/manifest/avro/testing/avro_writer.h"

namespace firn::iceberg::avro::testing {
namespace {

constexpr std::string_view kSync = "0123456789abcdef";

}  // namespace

std::string Long(int64_t value) {
  uint64_t bits = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  std::string text;
  while (bits >= 0x80) {
    text += static_cast<char>(bits | 0x80);
    bits >>= 7;
  }
  return text + static_cast<char>(bits);
}

std::string Text(std::string_view text) {
  return Long(static_cast<int64_t>(text.size())) + std::string(text);
}

std::string File(std::string_view schema,
                 std::string_view codec,
                 const std::vector<RawBlock>& blocks,
                 const std::vector<std::pair<std::string, std::string>>& metadata) {
  std::string file("Obj\x01", 4);
  file += Long(static_cast<int64_t>(metadata.size()) + 2);
  file += Text("avro.schema") + Text(schema) + Text("avro.codec") + Text(codec);
  for (const auto& [key, value] : metadata) {
    file += Text(key) + Text(value);
  }
  file += Long(0);
  file += kSync;
  for (const RawBlock& block : blocks) {
    file += Long(block.count) + Text(block.packed);
    file += kSync;
  }
  return file;
}

}  // namespace firn::iceberg::avro::testing
