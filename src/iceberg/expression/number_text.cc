#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include "iceberg/expression/number_text_internal.h"
#include "iceberg/schema/decimal_text.h"

namespace firn::iceberg {
namespace {

constexpr size_t kMaxNumberText = 32;

template <class Float>
std::string ShortestText(Float value) {
  std::array<char, kMaxNumberText> text{};
  auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end};
}

}  // namespace

std::optional<Decimal> ShortestDecimal(double value) { return ParseDecimal(ShortestText(value)); }
std::optional<Decimal> ShortestDecimal(float value) { return ParseDecimal(ShortestText(value)); }

double ShortestDouble(float value) {
  if (!std::isfinite(value)) {
    return value;
  }
  std::string text = ShortestText(value);
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

double ToDouble(const Decimal& number) {
  std::string text = FormatDecimal({number.unscaled, 0}) + "e" + std::to_string(-number.scale);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

int32_t DigitCount(Int128 number) {
  int32_t count = 1;
  for (Int128 rest = number / 10; rest != 0; rest /= 10) {
    ++count;
  }
  return count;
}

}  // namespace firn::iceberg
