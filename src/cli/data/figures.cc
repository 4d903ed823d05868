#include "cli/data/figures.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "iceberg/schema/civil_time.h"

namespace firn::cli {
namespace {

constexpr int64_t kStep = 1024;
constexpr std::array<std::string_view, 6> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
constexpr int64_t kMicrosOfMilli = 1000;

}  // namespace

std::string Count(int64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    size_t left = digits.size() - i;
    bool between = i > 0 && left % 3 == 0 && digits[i - 1] != '-';
    text += between ? "," : "";
    text += digits[i];
  }
  return text;
}

std::string Bytes(int64_t bytes) {
  auto amount = static_cast<double>(bytes);
  size_t unit = 0;
  while (amount >= kStep && unit + 1 < kUnits.size()) {
    amount /= kStep;
    ++unit;
  }
  bool whole = unit == 0 || amount >= 10;
  return fmt::format("{:.{}f} {}", amount, whole ? 0 : 1, kUnits[unit]);
}

std::string Time(TimestampMs time) {
  std::string text = iceberg::FormatIsoTimestamp(
      time.value() * kMicrosOfMilli, iceberg::TimeUnit::kMicros, iceberg::ZoneText::kNone);
  if (size_t t = text.find('T'); t != std::string::npos) {
    text[t] = ' ';
  }
  return text;
}

std::string Counted(int64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", Count(number), noun, number == 1 ? "" : "s");
}

}  // namespace firn::cli
