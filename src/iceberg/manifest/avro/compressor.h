// How blocks of Avro files are written; codec.h reads them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace firn::iceberg::avro {

enum class CompressionCodec : uint8_t { kNull, kDeflate, kSnappy, kZstandard };

struct Compression {
  CompressionCodec codec = CompressionCodec::kDeflate;
  /// deflate: 1 to 9 as zlib counts; zstandard: 1 to 22; nullopt: the codec's usual one.
  std::optional<int32_t> level;
};

/// Reads the value of a table property as Java spells it (`gzip`, `zstd`, `snappy`, `uncompressed`;
/// any case). Errors: kInvalidArgument for another codec or a level out of range.
Result<Compression> ParseCompression(std::string_view codec, std::optional<int32_t> level);

/// The codec's name in a file's header.
std::string_view AvroName(CompressionCodec codec);

/// Packs blocks. Memory is kept from block to block. Thread-safety: one thread at a time.
class Compressor {
 public:
  virtual ~Compressor() = default;

  /// The packed block; lives until the next call, as `block` must. Errors: kInternal.
  virtual Result<std::string_view> Pack(std::string_view block) = 0;
};

/// Errors: kInvalidArgument for a level out of range.
Result<std::unique_ptr<Compressor>> MakeCompressor(const Compression& compression);

}  // namespace firn::iceberg::avro
