// Dates and timestamps as people and clients write them in filters.
#pragma once

#include <optional>
#include <string_view>

#include "iceberg/schema/civil_time.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/transform.h"

namespace firn::iceberg {

inline constexpr Int128 kNanosPerDay = Int128{86'400} * 1'000'000'000;

/// Nanoseconds since the epoch of `2026-01-31`, `2026-01-31T10:20:30.5` or `2026-01-31 10:20`; with
/// kUtc also of texts that end in `Z` or an offset (`+02:00`), UTC where there is none.
std::optional<Int128> ParseInstant(std::string_view text, ZoneText zone);

/// What year, month and hour give for `2026`, `2026-01` and `2026-01-31T10`.
std::optional<int32_t> ParseTimeOrdinal(TransformKind kind, std::string_view text);

}  // namespace firn::iceberg
