// Operation: what a predicate asks of its term. Source: Iceberg expressions specification, "Tests"
// and "Comparisons". Their JSON and text names are in expression_json.h and expression_text.h.
//
// Logic is two-valued. A null value satisfies is-null, not-nan, not-eq, not-in and not-starts-with
// and nothing else; a NaN satisfies not-null, is-nan, not-eq and not-in and nothing else.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>

namespace firn::iceberg {

enum class Operation : uint8_t {
  kIsNull,
  kNotNull,
  kIsNan,
  kNotNan,
  kLt,
  kLtEq,
  kGt,
  kGtEq,
  kEq,
  kNotEq,
  kStartsWith,
  kNotStartsWith,
  kIn,
  kNotIn,
};

constexpr bool IsUnary(Operation op) { return op <= Operation::kNotNan; }
constexpr bool IsSet(Operation op) { return op >= Operation::kIn; }
constexpr bool IsPrefix(Operation op) {
  return op == Operation::kStartsWith || op == Operation::kNotStartsWith;
}
/// lt, lt-eq, gt and gt-eq: the ones that neither null nor NaN satisfies, nor their negation.
constexpr bool IsOrdering(Operation op) { return op >= Operation::kLt && op <= Operation::kGtEq; }

/// The operation that ordinary values (neither null nor NaN) satisfy where they do not satisfy
/// `op`.
constexpr Operation Negate(Operation op) {
  switch (op) {
    case Operation::kLt:
      return Operation::kGtEq;
    case Operation::kLtEq:
      return Operation::kGt;
    case Operation::kGt:
      return Operation::kLtEq;
    case Operation::kGtEq:
      return Operation::kLt;
    default:
      // The others come in pairs.
      return static_cast<Operation>(static_cast<uint8_t>(op) ^ 1U);
  }
}

/// `a op b` as `b Flip(op) a`; of comparisons.
constexpr Operation Flip(Operation op) {
  switch (op) {
    case Operation::kLt:
      return Operation::kGt;
    case Operation::kLtEq:
      return Operation::kGtEq;
    case Operation::kGt:
      return Operation::kLt;
    case Operation::kGtEq:
      return Operation::kLtEq;
    default:
      return op;
  }
}

}  // namespace firn::iceberg
