// The fixed parts of a Puffin file.
#pragma once

#include <cstdint>
#include <string_view>

namespace firn::iceberg {

inline constexpr std::string_view kPuffinMagic = "PFA1";
/// In the footer's flags: the payload is an LZ4 frame.
inline constexpr int32_t kPuffinFlagPacked = 1;
/// Magic, and a footer without payload.
inline constexpr int64_t kPuffinMinBytes = 20;

}  // namespace firn::iceberg
