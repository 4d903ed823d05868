// Decimals as text: `14.20`, `-0.05`, `2E+20`.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "iceberg/schema/literal.h"

namespace firn::iceberg {

/// Digits of a decimal at most.
inline constexpr int32_t kMaxDecimalPrecision = 38;

/// The scale is what the text says: digits after the point less the exponent. nullopt for malformed
/// text and more than 38 digits.
std::optional<Decimal> ParseDecimal(std::string_view text);

/// Without an exponent; the scale is not negative.
std::string FormatDecimal(const Decimal& decimal);

}  // namespace firn::iceberg
