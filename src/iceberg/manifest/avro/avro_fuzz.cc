// Any bytes as an Avro file: every record is skipped through.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "iceberg/manifest/avro/file_reader.h"

namespace firn::iceberg::avro {
namespace {

Status SkipAll(std::string_view bytes) {
  ASSIGN_OR_RETURN(FileReader file, FileReader::Open(bytes, "fuzz"));
  while (true) {
    ASSIGN_OR_RETURN(auto block, file.NextBlock());
    if (!block.has_value()) {
      return {};
    }
    Decoder decoder(block->content);
    for (int64_t i = 0; i < block->count && decoder.ok(); ++i) {
      decoder.Skip(file.schema().root());
    }
    if (!decoder.ok()) {
      return file.BlockError(decoder);
    }
  }
}

}  // namespace
}  // namespace firn::iceberg::avro

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static_cast<void>(
      firn::iceberg::avro::SkipAll({reinterpret_cast<const char*>(data), size}).has_value());
  return 0;
}
