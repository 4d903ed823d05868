#include "server/config/nearest.h"

#include <algorithm>
#include <vector>

namespace firn::config {
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

}  // namespace firn::config
