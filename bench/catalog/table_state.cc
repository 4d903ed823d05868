#include "table_state.h"

#include <charconv>

namespace firn::bench {
namespace {

/// What stands behind `"key":`, from its first character on; empty where absent. Enough for the
/// fields wanted here: their names occur once, or first, at the top level.
std::string_view Behind(std::string_view text, std::string_view key) {
  size_t at = text.find(key);
  if (at == std::string_view::npos) {
    return {};
  }
  text.remove_prefix(at + key.size());
  size_t value = text.find_first_not_of(" :");
  return value == std::string_view::npos ? std::string_view() : text.substr(value);
}

std::string TextOf(std::string_view text, std::string_view key) {
  std::string_view value = Behind(text, key);
  if (!value.starts_with('"')) {
    return {};
  }
  value.remove_prefix(1);
  return std::string(value.substr(0, value.find('"')));
}

int64_t NumberOf(std::string_view text, std::string_view key, int64_t absent) {
  std::string_view value = Behind(text, key);
  int64_t number = absent;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

}  // namespace

TableState::TableState(std::string_view loaded)
    : uuid_(TextOf(loaded, "\"table-uuid\"")),
      location_(TextOf(loaded, "\"location\"")),
      head_{NumberOf(loaded, "\"current-snapshot-id\"", -1),
            NumberOf(loaded, "\"last-sequence-number\"", 0)} {}

TableState::Head TableState::head() const {
  std::lock_guard lock(mutex_);
  return head_;
}

void TableState::Advance(const Head& head) {
  std::lock_guard lock(mutex_);
  if (head.sequence_number > head_.sequence_number) {
    head_ = head;
  }
}

}  // namespace firn::bench
