// Whether a value between two bounds may satisfy a predicate, for values as literals, numbers or
// texts. Nothing is excluded without evidence: an unordered comparison excludes nothing.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "iceberg/expression/operation.h"
#include "iceberg/expression/pruning/value_range.h"

namespace firn::iceberg {

/// Operations that null and NaN satisfy too.
constexpr bool IsNegative(Operation op) {
  return op == Operation::kNotEq || op == Operation::kNotIn || op == Operation::kNotStartsWith;
}

/// What the kinds of values alone decide: of a unary operation everything, of another one only that
/// a null or NaN satisfies it.
constexpr bool PresenceSatisfies(Operation op, const Presence& presence) {
  switch (op) {
    case Operation::kIsNull:
      return presence.null;
    case Operation::kNotNull:
      return presence.nan || presence.ordinary;
    case Operation::kIsNan:
      return presence.nan;
    case Operation::kNotNan:
      return presence.null || presence.ordinary;
    default:
      return IsNegative(op) && (presence.null || presence.nan);
  }
}

/// Comparisons and sets. A null pointer is an unknown bound; `literals` ascend; `compare(a, b)`
/// gives an ordering.
template <class Value, class Compare>
bool MayMatchBetween(Operation op,
                     std::span<const Value> literals,
                     const Value* lower,
                     const Value* upper,
                     Compare compare) {
  if (lower != nullptr && upper != nullptr && compare(*lower, *upper) > 0) {
    return true;
  }
  auto below = [&](const Value& literal) {
    return upper != nullptr && compare(*upper, literal) < 0;
  };
  auto above = [&](const Value& literal) {
    return lower != nullptr && compare(*lower, literal) > 0;
  };
  auto only = [&](const Value& literal) {
    return lower != nullptr && upper != nullptr && compare(*lower, literal) == 0 &&
           compare(*upper, literal) == 0;
  };
  switch (op) {
    case Operation::kLt:
      return lower == nullptr || !(compare(*lower, literals[0]) >= 0);
    case Operation::kLtEq:
      return !above(literals[0]);
    case Operation::kGt:
      return upper == nullptr || !(compare(*upper, literals[0]) <= 0);
    case Operation::kGtEq:
      return !below(literals[0]);
    case Operation::kEq:
      return !above(literals[0]) && !below(literals[0]);
    case Operation::kNotEq:
      return !only(literals[0]);
    case Operation::kIn: {
      auto first = std::partition_point(literals.begin(), literals.end(), above);
      return first != literals.end() && !below(*first);
    }
    case Operation::kNotIn: {
      if (lower == nullptr) {
        return true;
      }
      auto first = std::partition_point(literals.begin(), literals.end(), above);
      return first == literals.end() || !only(*first);
    }
    default:
      return true;
  }
}

/// starts-with and not-starts-with of texts.
inline bool MayMatchPrefix(Operation op,
                           std::string_view prefix,
                           const std::string_view* lower,
                           const std::string_view* upper) {
  if (op == Operation::kNotStartsWith) {
    return lower == nullptr || upper == nullptr || !lower->starts_with(prefix) ||
           !upper->starts_with(prefix);
  }
  return (lower == nullptr || lower->substr(0, prefix.size()) <= prefix) &&
         (upper == nullptr || upper->substr(0, prefix.size()) >= prefix);
}

}  // namespace firn::iceberg
