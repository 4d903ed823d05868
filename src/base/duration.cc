#include "base/duration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include <fmt/format.h>

namespace firn {
namespace {

struct Unit {
  std::string_view name;
  int64_t micros;
};

constexpr std::array kUnits = {Unit{"us", 1},
                               Unit{"ms", 1'000},
                               Unit{"s", 1'000'000},
                               Unit{"m", 60'000'000},
                               Unit{"h", 3'600'000'000},
                               Unit{"d", 86'400'000'000},
                               Unit{"w", 604'800'000'000}};

const Unit* FindUnit(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) {
      return &unit;
    }
  }
  return nullptr;
}

}  // namespace

Result<int64_t> ParseDuration(std::string_view text) {
  const Error wrong(ErrorCode::kInvalidArgument,
                    fmt::format("'{}' is no duration; write 7d, 36h or 1d12h", text));
  if (text == "0") {
    return 0;
  }
  if (text.empty()) {
    return wrong;
  }
  int64_t total = 0;
  for (std::string_view rest = text; !rest.empty();) {
    int64_t number = 0;
    const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    rest.remove_prefix(static_cast<size_t>(end - rest.data()));
    const size_t length = std::min(rest.find_first_of("0123456789"), rest.size());
    const Unit* unit = FindUnit(rest.substr(0, length));
    if (failed != std::errc() || number < 0 || unit == nullptr ||
        __builtin_mul_overflow(number, unit->micros, &number) ||
        __builtin_add_overflow(total, number, &total)) {
      return wrong;
    }
    rest.remove_prefix(length);
  }
  return total;
}

}  // namespace firn
