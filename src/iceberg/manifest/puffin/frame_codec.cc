#include "iceberg/manifest/puffin/frame_codec.h"

#include <algorithm>
#include <memory>

#include <lz4frame.h>
#include <zstd.h>

namespace firn::iceberg {
namespace {

constexpr size_t kFirstBytes = size_t{64} << 10;
/// The window is memory that a frame's header asks for.
constexpr int kMaxZstdWindowLog = 27;

Error Corrupt(std::string_view codec) {
  return Error(ErrorCode::kInvalidMetadata, "Corrupt " + std::string(codec) + " frame");
}

/// Calls `step(in, out)` with more and more room until it says that the frame ended. It returns
/// what is wrong, or whether there is more; it moves `in` and fills `out`.
struct Progress {
  enum State : uint8_t { kMore, kEnd, kWrong } state;
  size_t used;
  size_t made;
};

template <class Step>
Result<std::string> Inflate(std::string_view codec,
                            std::string_view frame,
                            size_t max_bytes,
                            Step step) {
  std::string out;
  size_t made = 0;
  while (true) {
    if (made == out.size()) {
      if (made >= max_bytes) {
        return Error(ErrorCode::kPayloadTooLarge,
                     "A frame inflates to more than " + std::to_string(max_bytes) + " bytes");
      }
      out.resize(std::min(max_bytes, std::max(kFirstBytes, made * 2)));
    }
    Progress progress = step(frame, out.data() + made, out.size() - made);
    frame.remove_prefix(progress.used);
    made += progress.made;
    if (progress.state == Progress::kWrong) {
      return Corrupt(codec);
    }
    if (progress.state == Progress::kEnd) {
      if (!frame.empty()) {
        return Corrupt(codec);
      }
      out.resize(made);
      return out;
    }
    bool stuck = progress.used == 0 && progress.made == 0;
    if (frame.empty() && (stuck || made < out.size())) {
      return Corrupt(codec);
    }
  }
}

Result<std::string> UnpackLz4(std::string_view frame, size_t max_bytes) {
  LZ4F_dctx* raw = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&raw, LZ4F_VERSION)) != 0) {
    return OutOfMemory();
  }
  struct Free {
    void operator()(LZ4F_dctx* d) const { LZ4F_freeDecompressionContext(d); }
  };
  std::unique_ptr<LZ4F_dctx, Free> context(raw);
  return Inflate("lz4", frame, max_bytes, [&](std::string_view in, char* out, size_t room) {
    size_t used = in.size();
    size_t made = room;
    size_t left = LZ4F_decompress(context.get(), out, &made, in.data(), &used, nullptr);
    if (LZ4F_isError(left) != 0) {
      return Progress{Progress::kWrong, 0, 0};
    }
    return Progress{left == 0 ? Progress::kEnd : Progress::kMore, used, made};
  });
}

Result<std::string> UnpackZstd(std::string_view frame, size_t max_bytes) {
  struct Free {
    void operator()(ZSTD_DCtx* d) const { ZSTD_freeDCtx(d); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  if (context == nullptr) {
    return OutOfMemory();
  }
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kMaxZstdWindowLog);
  return Inflate("zstd", frame, max_bytes, [&](std::string_view in, char* out, size_t room) {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out, room, 0};
    size_t left = ZSTD_decompressStream(context.get(), &to, &from);
    if (ZSTD_isError(left) != 0) {
      return Progress{Progress::kWrong, 0, 0};
    }
    return Progress{left == 0 ? Progress::kEnd : Progress::kMore, from.pos, to.pos};
  });
}

}  // namespace

Result<std::string> PackFrame(FrameCodec codec, std::string_view content) {
  std::string frame;
  if (codec == FrameCodec::kLz4) {
    LZ4F_preferences_t preferences{};
    preferences.frameInfo.contentSize = content.size();
    frame.resize(LZ4F_compressFrameBound(content.size(), &preferences));
    size_t size = LZ4F_compressFrame(frame.data(), frame.size(), content.data(), content.size(),
                                     &preferences);
    if (LZ4F_isError(size) != 0) {
      return Error(ErrorCode::kInternal, "Cannot compress by lz4");
    }
    frame.resize(size);
    return frame;
  }
  if (codec == FrameCodec::kZstd) {
    frame.resize(ZSTD_compressBound(content.size()));
    size_t size = ZSTD_compress(frame.data(), frame.size(), content.data(), content.size(),
                                ZSTD_CLEVEL_DEFAULT);
    if (ZSTD_isError(size) != 0) {
      return Error(ErrorCode::kInternal, "Cannot compress by zstd");
    }
    frame.resize(size);
    return frame;
  }
  return std::string(content);
}

Result<std::string> UnpackFrame(FrameCodec codec, std::string_view frame, size_t max_bytes) {
  switch (codec) {
    case FrameCodec::kLz4:
      return UnpackLz4(frame, max_bytes);
    case FrameCodec::kZstd:
      return UnpackZstd(frame, max_bytes);
    case FrameCodec::kNone:
      break;
  }
  if (frame.size() > max_bytes) {
    return Error(ErrorCode::kPayloadTooLarge, "More than " + std::to_string(max_bytes) + " bytes");
  }
  return std::string(frame);
}

}  // namespace firn::iceberg
