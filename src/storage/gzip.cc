#include "storage/gzip.h"

#include <algorithm>
#include <memory>

#include <libdeflate.h>

namespace firn::storage {
namespace {

constexpr std::string_view kMagic = "\x1f\x8b";
/// Deflate cannot shrink more than this.
constexpr size_t kMaxRatio = 1032;
constexpr int kLevel = 6;

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
};
struct FreeCompressor {
  void operator()(libdeflate_compressor* c) const { libdeflate_free_compressor(c); }
};

/// The size the last member claims (modulo 2^32): a first guess, kept within what is possible.
size_t GuessSize(std::string_view bytes, size_t limit) {
  size_t claimed = 0;
  for (size_t i = 0; i < 4; ++i) {
    claimed |= static_cast<size_t>(static_cast<unsigned char>(bytes[bytes.size() - 4 + i]))
               << (8 * i);
  }
  return std::clamp(claimed, size_t{256},
                    std::max(size_t{256}, std::min(limit, bytes.size() * kMaxRatio)));
}

Error Corrupt() { return Error(ErrorCode::kInvalidMetadata, "Corrupt gzip data"); }

/// Inflates the member at the front of `bytes`, appends it to `out` and removes it from `bytes`.
Status InflateMember(libdeflate_decompressor* decompressor,
                     std::string_view& bytes,
                     size_t limit,
                     std::string& out) {
  size_t begin = out.size();
  size_t room = std::min(limit - begin, GuessSize(bytes, limit));
  while (true) {
    size_t used = 0;
    size_t made = 0;
    libdeflate_result result = LIBDEFLATE_BAD_DATA;
    out.resize_and_overwrite(begin + room, [&](char* data, size_t size) {
      result = libdeflate_gzip_decompress_ex(decompressor, bytes.data(), bytes.size(), data + begin,
                                             size - begin, &used, &made);
      return result == LIBDEFLATE_SUCCESS ? begin + made : begin;
    });
    if (result == LIBDEFLATE_SUCCESS) {
      bytes.remove_prefix(used);
      return {};
    }
    if (result != LIBDEFLATE_INSUFFICIENT_SPACE) {
      return Corrupt();
    }
    if (room == limit - begin) {
      return Error(ErrorCode::kPayloadTooLarge, "Compressed file is too large");
    }
    room = std::min(limit - begin, room * 2);
  }
}

}  // namespace

bool IsGzipMetadataName(std::string_view location) {
  return location.ends_with(".gz.metadata.json") || location.ends_with(".metadata.json.gz");
}

Result<std::string> GzipDecompress(std::string_view bytes, int64_t max_bytes) {
  std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor(
      libdeflate_alloc_decompressor());
  if (decompressor == nullptr) {
    return OutOfMemory();
  }
  std::string out;
  do {
    constexpr size_t kSmallestMember = 18;
    if (bytes.size() < kSmallestMember) {
      return Corrupt();
    }
    RETURN_IF_ERROR(InflateMember(decompressor.get(), bytes, static_cast<size_t>(max_bytes), out));
  } while (!bytes.empty());
  return out;
}

std::string GzipCompress(std::string_view bytes) {
  std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor(
      libdeflate_alloc_compressor(kLevel));
  std::string out;
  size_t bound = libdeflate_gzip_compress_bound(compressor.get(), bytes.size());
  out.resize_and_overwrite(bound, [&](char* data, size_t size) {
    return libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), data, size);
  });
  return out;
}

Result<std::string> MetadataText(std::string_view location, std::string bytes, int64_t max_bytes) {
  if (!IsGzipMetadataName(location) && !bytes.starts_with(kMagic)) {
    return bytes;
  }
  auto text = GzipDecompress(bytes, max_bytes);
  if (!text.has_value()) {
    return TakeError(std::move(text)).With("file", std::string(location));
  }
  return text;
}

}  // namespace firn::storage
