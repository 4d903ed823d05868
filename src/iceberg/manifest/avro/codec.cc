#include "iceberg/manifest/avro/codec.h"

#include <algorithm>
#include <cstring>

#include <libdeflate.h>
#include <snappy.h>
#include <zstd.h>

namespace firn::iceberg::avro {
namespace {

/// Room to begin with: writers' blocks are of 64,000 bytes and a record; others by their size.
size_t LikelyBytes(std::string_view block) {
  constexpr size_t kFirstBytes = size_t{80} << 10;
  constexpr size_t kLikelyRatio = 4;
  return std::min(kMaxBlockBytes, std::max(kFirstBytes, block.size() * kLikelyRatio));
}

Error Corrupt(std::string_view codec) {
  return Error(ErrorCode::kInvalidMetadata, "Corrupt " + std::string(codec) + " block");
}

Error TooLarge() {
  return Error(ErrorCode::kInvalidMetadata,
               "A block inflates to more than " + std::to_string(kMaxBlockBytes) + " bytes");
}

/// Memory for what comes out, with slack.
class Buffer {
 public:
  Buffer() { Grow(LikelyBytes({}), 0); }

  char* data() { return bytes_.get(); }
  /// Without the slack.
  size_t size() const { return size_; }
  std::string_view first(size_t bytes) const { return {bytes_.get(), bytes}; }

  /// At least `size` and at least twice what it was; keeps the first `kept` bytes.
  void Grow(size_t size, size_t kept) {
    size = std::min(std::max(size, size_ * 2), kMaxBlockBytes);
    auto bytes = std::make_unique_for_overwrite<char[]>(size + kSlackBytes);
    if (kept > 0) {
      std::memcpy(bytes.get(), bytes_.get(), kept);
    }
    std::fill_n(bytes.get() + size, kSlackBytes, '\0');
    bytes_ = std::move(bytes);
    size_ = size;
  }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
};

class NullCodec final : public Codec {
 public:
  Result<std::string_view> Inflate(std::string_view block) override {
    if (block.size() > kMaxBlockBytes) {
      return TooLarge();
    }
    if (block.size() > buffer_.size()) {
      buffer_.Grow(block.size(), 0);
    }
    std::memcpy(buffer_.data(), block.data(), block.size());
    return buffer_.first(block.size());
  }

 private:
  Buffer buffer_;
};

class DeflateCodec final : public Codec {
 public:
  Result<std::string_view> Inflate(std::string_view block) override {
    if (decompressor_ == nullptr) {
      return OutOfMemory();
    }
    if (size_t likely = LikelyBytes(block); likely > buffer_.size()) {
      buffer_.Grow(likely, 0);
    }
    while (true) {
      size_t used = 0;
      size_t made = 0;
      libdeflate_result result =
          libdeflate_deflate_decompress_ex(decompressor_.get(), block.data(), block.size(),
                                           buffer_.data(), buffer_.size(), &used, &made);
      if (result == LIBDEFLATE_SUCCESS) {
        return buffer_.first(made);
      }
      if (result != LIBDEFLATE_INSUFFICIENT_SPACE) {
        return Corrupt("deflate");
      }
      if (buffer_.size() >= kMaxBlockBytes) {
        return TooLarge();
      }
      buffer_.Grow(0, 0);
    }
  }

 private:
  struct Free {
    void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
  };

  std::unique_ptr<libdeflate_decompressor, Free> decompressor_{libdeflate_alloc_decompressor()};
  Buffer buffer_;
};

/// Snappy's raw format, followed by the big-endian CRC32 of the content.
class SnappyCodec final : public Codec {
 public:
  Result<std::string_view> Inflate(std::string_view block) override {
    constexpr size_t kChecksumBytes = 4;
    // Three bytes of input make at most 64 of output.
    constexpr size_t kMaxRatio = 22;
    if (block.size() < kChecksumBytes) {
      return Corrupt("snappy");
    }
    std::string_view body = block.substr(0, block.size() - kChecksumBytes);
    size_t size = 0;
    if (!snappy::GetUncompressedLength(body.data(), body.size(), &size) ||
        size > body.size() * kMaxRatio) {
      return Corrupt("snappy");
    }
    if (size > kMaxBlockBytes) {
      return TooLarge();
    }
    if (size > buffer_.size()) {
      buffer_.Grow(size, 0);
    }
    if (!snappy::RawUncompress(body.data(), body.size(), buffer_.data())) {
      return Corrupt("snappy");
    }
    uint32_t expected = 0;
    for (char c : block.substr(body.size())) {
      expected = (expected << 8) | static_cast<unsigned char>(c);
    }
    if (libdeflate_crc32(0, buffer_.data(), size) != expected) {
      return Corrupt("snappy");
    }
    return buffer_.first(size);
  }

 private:
  Buffer buffer_;
};

class ZstandardCodec final : public Codec {
 public:
  Result<std::string_view> Inflate(std::string_view block) override {
    if (stream_ == nullptr) {
      return OutOfMemory();
    }
    if (size_t likely = LikelyBytes(block); likely > buffer_.size()) {
      buffer_.Grow(likely, 0);
    }
    ZSTD_DCtx_reset(stream_.get(), ZSTD_reset_session_only);
    ZSTD_inBuffer in{block.data(), block.size(), 0};
    size_t made = 0;
    while (true) {
      ZSTD_outBuffer out{buffer_.data(), buffer_.size(), made};
      size_t left = ZSTD_decompressStream(stream_.get(), &out, &in);
      made = out.pos;
      if (ZSTD_isError(left) != 0) {
        return Corrupt("zstandard");
      }
      if (left == 0 && in.pos == in.size) {
        return buffer_.first(made);
      }
      if (made < buffer_.size() && in.pos == in.size) {
        return Corrupt("zstandard");
      }
      if (made == buffer_.size()) {
        if (made >= kMaxBlockBytes) {
          return TooLarge();
        }
        buffer_.Grow(0, made);
      }
    }
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* d) const { ZSTD_freeDCtx(d); }
  };
  /// The window is memory that a frame's header asks for.
  static constexpr int kMaxWindowLog = 26;

  static ZSTD_DCtx* MakeStream() {
    ZSTD_DCtx* stream = ZSTD_createDCtx();
    if (stream != nullptr) {
      ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, kMaxWindowLog);
    }
    return stream;
  }

  std::unique_ptr<ZSTD_DCtx, Free> stream_{MakeStream()};
  Buffer buffer_;
};

}  // namespace

Result<std::unique_ptr<Codec>> MakeCodec(std::string_view name) {
  if (name.empty() || name == "null") {
    return std::make_unique<NullCodec>();
  }
  if (name == "deflate") {
    return std::make_unique<DeflateCodec>();
  }
  if (name == "snappy") {
    return std::make_unique<SnappyCodec>();
  }
  if (name == "zstandard") {
    return std::make_unique<ZstandardCodec>();
  }
  return Error(ErrorCode::kUnsupported,
               "Avro codec is not supported: " + std::string(name.substr(0, 40)));
}

}  // namespace firn::iceberg::avro
