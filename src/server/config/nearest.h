// The known word nearest to one that was mistyped, for error messages.
//
// Thread-safety: pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace firn::config {

/// How many letters are to be inserted, deleted or replaced to make one text of the other.
size_t EditDistance(std::string_view a, std::string_view b);

/// The index of the word at the least EditDistance, the first of several. Requires: `words` is not
/// empty.
size_t NearestOf(std::string_view text, std::span<const std::string> words);

}  // namespace firn::config
