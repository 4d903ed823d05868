// Text that may come from anywhere, made fit for a terminal.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace firn::cli {

/// `text` on one line, with `?` for what a terminal would obey rather than show: control characters
/// (C0, DEL, C1), those that turn the direction of writing, and bytes that are no UTF-8.
std::string Printable(std::string_view text);

/// Columns that a text takes on a terminal: code points, wide ones counted twice.
size_t DisplayWidth(std::string_view text);

/// `text`, with U+FFFD for bytes that are no UTF-8.
std::string ValidUtf8(std::string_view text);

}  // namespace firn::cli
