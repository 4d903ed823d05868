#include "iceberg/schema/decimal_text.h"

#include <algorithm>
#include <charconv>

namespace firn::iceberg {
namespace {

constexpr int32_t kMaxExponent = 1'000'000;

/// Digits and an optional point, into `decimal`; false where there is anything else.
bool ReadCoefficient(std::string_view text, Decimal& decimal) {
  int digits = 0;
  bool any = false;
  bool point = false;
  for (char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') {
      return false;
    }
    any = true;
    digits += digits > 0 || c != '0' ? 1 : 0;
    decimal.scale += point ? 1 : 0;
    if (digits > kMaxDecimalPrecision || decimal.scale > kMaxDecimalPrecision) {
      return false;  // before it overflows
    }
    decimal.unscaled = decimal.unscaled * 10 + (c - '0');
  }
  return any;
}

}  // namespace

std::optional<Decimal> ParseDecimal(std::string_view text) {
  bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    text.remove_prefix(1);
  }
  Decimal decimal;
  size_t e = text.find_first_of("eE");
  if (!ReadCoefficient(text.substr(0, e), decimal)) {
    return std::nullopt;
  }
  if (e != std::string_view::npos) {
    std::string_view exponent = text.substr(e + 1);
    if (!exponent.empty() && exponent.front() == '+') {
      exponent.remove_prefix(1);
    }
    int32_t value = 0;
    auto [end, error] = std::from_chars(exponent.data(), exponent.data() + exponent.size(), value);
    if (error != std::errc() || end != exponent.data() + exponent.size() || value > kMaxExponent ||
        value < -kMaxExponent) {
      return std::nullopt;
    }
    decimal.scale -= value;
  }
  decimal.unscaled = negative ? -decimal.unscaled : decimal.unscaled;
  return decimal;
}

std::string FormatDecimal(const Decimal& decimal) {
  std::string digits;
  bool negative = decimal.unscaled < 0;
  for (Int128 rest = decimal.unscaled; rest != 0; rest /= 10) {
    auto digit = static_cast<int>(rest % 10);
    digits += static_cast<char>('0' + (digit < 0 ? -digit : digit));
  }
  auto scale = static_cast<size_t>(std::max(decimal.scale, 0));
  if (digits.size() <= scale) {
    digits.append(scale + 1 - digits.size(), '0');
  }
  if (scale > 0) {
    digits.insert(scale, 1, '.');
  }
  if (negative) {
    digits += '-';
  }
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace firn::iceberg
