// Configuration values as text, both ways.
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/duration.h"
#include "server/config/settings.h"

namespace firn::config {
namespace {

struct Unit {
  std::string_view suffix;
  int64_t factor;
};

constexpr std::string_view kSecret = "(secret)";
/// What durations are printed with.
constexpr std::array<Unit, 5> kDurationUnits = {
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<Unit, 5> kSizeUnits = {
    {{"", 1}, {"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}};

std::optional<int64_t> ParseNumber(std::string_view text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) {
    return std::nullopt;
  }
  return value;
}

/// `12MiB` with the units given; nullopt for anything else or an overflow.
std::optional<int64_t> ParseWithUnit(std::string_view text, std::span<const Unit> units) {
  size_t digits = text.find_first_not_of("0123456789");
  std::string_view suffix = digits == std::string_view::npos ? "" : text.substr(digits);
  auto number = ParseNumber(text.substr(0, digits));
  for (const Unit& unit : units) {
    if (number && unit.suffix == suffix &&
        *number <= std::numeric_limits<int64_t>::max() / unit.factor) {
      return *number * unit.factor;
    }
  }
  return std::nullopt;
}

/// The largest unit that divides the value.
std::string PrintWithUnit(int64_t value, std::span<const Unit> units) {
  const Unit* best = &units.front();
  for (const Unit& unit : units) {
    if (value % unit.factor == 0 && (value != 0 || unit.factor == units.front().factor)) {
      best = &unit;
    }
  }
  return fmt::format("{}{}", value / best->factor, best->suffix);
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    size_t comma = text.find(',');
    std::string_view item = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    size_t first = item.find_first_not_of(' ');
    if (first != std::string_view::npos) {
      items.emplace_back(item.substr(first, item.find_last_not_of(' ') - first + 1));
    }
  }
  return items;
}

/// Sets a member from text; false where the text is not of its type.
struct Setter {
  Settings& settings;
  std::string_view text;

  bool operator()(std::string Settings::* member) const {
    settings.*member = std::string(text);
    return true;
  }
  bool operator()(StringList Settings::* member) const {
    settings.*member = SplitList(text);
    return true;
  }
  bool operator()(bool Settings::* member) const {
    settings.*member = text == "true";
    return text == "true" || text == "false";
  }
  bool operator()(int64_t Settings::* member) const {
    auto value = ParseNumber(text);
    settings.*member = value.value_or(0);
    return value.has_value();
  }
  bool operator()(ByteSize Settings::* member) const {
    auto value = ParseWithUnit(text, kSizeUnits);
    settings.*member = ByteSize{static_cast<uint64_t>(value.value_or(0))};
    return value.has_value();
  }
  bool operator()(Duration Settings::* member) const {
    auto micros = ParseDuration(text);
    settings.*member = Duration(micros.value_or(0) / 1'000);
    return micros.has_value() && *micros % 1'000 == 0;
  }
};

struct Printer {
  const Settings& settings;

  std::string operator()(std::string Settings::* member) const { return settings.*member; }
  std::string operator()(StringList Settings::* member) const {
    return fmt::format("{}", fmt::join(settings.*member, ","));
  }
  std::string operator()(bool Settings::* member) const {
    return settings.*member ? "true" : "false";
  }
  std::string operator()(int64_t Settings::* member) const {
    return fmt::format("{}", settings.*member);
  }
  std::string operator()(ByteSize Settings::* member) const {
    return PrintWithUnit(static_cast<int64_t>((settings.*member).bytes), kSizeUnits);
  }
  std::string operator()(Duration Settings::* member) const {
    return PrintWithUnit((settings.*member).count(), kDurationUnits);
  }
};

}  // namespace

Status SetFromText(Settings& settings, const Key& key, std::string_view text) {
  if (!std::visit(Setter{settings, text}, key.member)) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{} takes a {}, for example {}; not: {}", key.name, TypeName(key),
                             key.default_value, text));
  }
  return {};
}

std::string ToText(const Settings& settings, const Key& key) {
  return std::visit(Printer{settings}, key.member);
}

std::string ToShownText(const Settings& settings, const Key& key) {
  std::string text = ToText(settings, key);
  if (key.hidden == Hidden::kAll && !text.empty()) {
    return std::string(kSecret);
  }
  const size_t separator = text.find("://");
  if (key.hidden == Hidden::kNothing || separator == std::string::npos ||
      !(text.contains('@') || text.contains("password"))) {
    return text;
  }
  return text.replace(separator + 3, std::string::npos, kSecret);
}

}  // namespace firn::config
