// The known word nearest to one that was mistyped, for error messages.
//
// Thread-safety: pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace firn {

/// Longer texts and words are compared with nothing: it takes the one's length times the other's.
inline constexpr size_t kMaxNearestBytes = 128;

/// How many letters are to be inserted, deleted or replaced to make one text of the other.
size_t EditDistance(std::string_view a, std::string_view b);

/// The index of the word at the least EditDistance, the first of several. Requires: `words` is not
/// empty.
size_t NearestOf(std::string_view text, std::span<const std::string> words);

/// At most `count` of the words of at most kMaxNearestBytes, the nearest first, letters in upper
/// case as in lower; none for a longer text.
std::vector<std::string> NearestWords(std::string_view text,
                                      std::span<const std::string> words,
                                      size_t count);

/// The end of a message about a word that is not known: "; the nearest: a, b, c", or nothing.
std::string NearestHint(std::string_view text, std::span<const std::string> words);

}  // namespace firn
