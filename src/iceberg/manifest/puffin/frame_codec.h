// Single compression frames, as Puffin files have them. Source: Puffin specification, "Compression
// codecs".
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::iceberg {

enum class FrameCodec : uint8_t { kNone, kLz4, kZstd };

/// One frame, with its content's size in it. Errors: kInternal.
Result<std::string> PackFrame(FrameCodec codec, std::string_view content);

/// The content of one frame and nothing else. Memory grows with what comes out, never with what the
/// frame claims. Errors: kInvalidMetadata where it is corrupt, kPayloadTooLarge above `max_bytes`.
Result<std::string> UnpackFrame(FrameCodec codec, std::string_view frame, size_t max_bytes);

}  // namespace firn::iceberg
