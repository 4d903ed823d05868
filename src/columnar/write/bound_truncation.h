// Bounds cut to a length: a lower bound to its beginning, an upper bound to a beginning that is
// raised at its end, so that it stays above all values. Source: table properties
// `write.metadata.metrics.*`, mode truncate.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firn::columnar {

/// The first `length` code points.
std::string TruncateText(std::string_view text, int32_t length);
/// At least `text` and at most `length` code points; nullopt where there is none (every code point
/// is the greatest) or the text is no UTF-8.
std::optional<std::string> TruncateTextUp(std::string_view text, int32_t length);
/// The same of bytes.
std::optional<std::string> TruncateBytesUp(std::string_view bytes, int32_t length);

}  // namespace firn::columnar
