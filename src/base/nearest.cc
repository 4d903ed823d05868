#include "base/nearest.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/ascii.h"

namespace firn {
namespace {

/// How many words a hint names.
constexpr size_t kMaxHints = 3;

}  // namespace

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

size_t NearestOf(std::string_view text, std::span<const std::string> words) {
  size_t nearest = 0;
  size_t least = EditDistance(words[0], text);
  for (size_t i = 1; i < words.size(); ++i) {
    size_t distance = EditDistance(words[i], text);
    if (distance < least) {
      nearest = i;
      least = distance;
    }
  }
  return nearest;
}

std::vector<std::string> NearestWords(std::string_view text,
                                      std::span<const std::string> words,
                                      size_t count) {
  std::vector<std::string> nearest;
  if (text.size() > kMaxNearestBytes) {
    return nearest;
  }
  const std::string lower = ToLowerAscii(text);
  std::vector<std::pair<size_t, size_t>> distances;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i].size() <= kMaxNearestBytes) {
      distances.emplace_back(EditDistance(ToLowerAscii(words[i]), lower), i);
    }
  }
  const size_t found = std::min(count, distances.size());
  std::ranges::partial_sort(distances, distances.begin() + static_cast<std::ptrdiff_t>(found));
  for (size_t i = 0; i < found; ++i) {
    nearest.push_back(words[distances[i].second]);
  }
  return nearest;
}

std::string NearestHint(std::string_view text, std::span<const std::string> words) {
  const std::vector<std::string> nearest = NearestWords(text, words, kMaxHints);
  return nearest.empty() ? std::string()
                         : fmt::format("; the nearest: {}", fmt::join(nearest, ", "));
}

}  // namespace firn
