// The names of operations in JSON.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "iceberg/expression/operation.h"

namespace firn::iceberg {

inline constexpr std::array<std::pair<std::string_view, Operation>, 14> kOperationNames{{
    {"is-null", Operation::kIsNull},
    {"not-null", Operation::kNotNull},
    {"is-nan", Operation::kIsNan},
    {"not-nan", Operation::kNotNan},
    {"lt", Operation::kLt},
    {"lt-eq", Operation::kLtEq},
    {"gt", Operation::kGt},
    {"gt-eq", Operation::kGtEq},
    {"eq", Operation::kEq},
    {"not-eq", Operation::kNotEq},
    {"starts-with", Operation::kStartsWith},
    {"not-starts-with", Operation::kNotStartsWith},
    {"in", Operation::kIn},
    {"not-in", Operation::kNotIn},
}};

/// In the order of Operation.
constexpr std::string_view OperationName(Operation op) {
  return kOperationNames[static_cast<size_t>(op)].first;
}

}  // namespace firn::iceberg
