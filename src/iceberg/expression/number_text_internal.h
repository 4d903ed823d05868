// Numbers between binary and decimal.
#pragma once

#include <optional>

#include "iceberg/schema/literal.h"

namespace firn::iceberg {

/// The shortest decimal that reads back as the number; nullopt for NaN and infinities.
std::optional<Decimal> ShortestDecimal(double value);
std::optional<Decimal> ShortestDecimal(float value);

/// The double that the text of the float reads as: 0.1 for 0.1f.
double ShortestDouble(float value);

/// The nearest double.
double ToDouble(const Decimal& number);

/// Decimal digits, at least 1.
int32_t DigitCount(Int128 number);

}  // namespace firn::iceberg
