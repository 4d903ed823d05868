// The block codecs of Avro files that Iceberg writers use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::iceberg::avro {

/// What every file begins with.
inline constexpr std::string_view kFileMagic("Obj\x01", 4);

/// A block holds at most so many bytes when inflated (writers' blocks: 64 KiB to a few MiB).
inline constexpr size_t kMaxBlockBytes = size_t{64} << 20;

/// So many bytes after an inflated block may be read (they mean nothing).
inline constexpr size_t kSlackBytes = 16;

/// Inflates blocks. Memory is kept from block to block and grows with what comes out, never with
/// what a header claims. Thread-safety: one thread at a time.
class Codec {
 public:
  virtual ~Codec() = default;

  /// The block's content, with kSlackBytes after it; lives until the next call.
  /// Errors: kInvalidMetadata where it is corrupt or larger than kMaxBlockBytes.
  virtual Result<std::string_view> Inflate(std::string_view block) = 0;
};

/// `null`, `deflate`, `snappy` or `zstandard`. Errors: kUnsupported for another name.
Result<std::unique_ptr<Codec>> MakeCodec(std::string_view name);

}  // namespace firn::iceberg::avro
