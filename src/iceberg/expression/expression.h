// Expression: a filter as a request or a command line says it, before it met a schema. Made by
// expression_json.h and expression_text.h, or in code; bind.h checks it against a schema. Source:
// Iceberg expressions specification; REST document, `Predicate` and `ValueExpression`.
//
//   Expression filter = Expression::And(Compare(Operation::kGt, Column("price"),
//   Constant::Long(10)),
//                                       IsIn(Column("day"), {Constant::Text("2026-01-01")}));
//
// Thread-safety: immutable values.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "iceberg/expression/expression_tree.h"
#include "iceberg/expression/operation.h"
#include "iceberg/schema/ids.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/transform.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

/// A constant and the type it was given. Where JSON or text give none, a number is a long or a
/// double, text a string; binding converts to the type of the column.
struct Constant {
  TypePtr type;
  Literal value;

  static Constant Boolean(bool value);
  static Constant Long(int64_t value);
  static Constant Double(double value);
  static Constant Text(std::string value);

  friend bool operator==(const Constant& a, const Constant& b) {
    return *a.type == *b.type && a.value == b.value;
  }
};

/// What a predicate looks at: a column, or a transform of one (`bucket[16](id)`).
struct Term {
  /// The full name, or for stored expressions the field id.
  std::variant<std::string, FieldId> reference;
  std::optional<Transform> transform;

  friend bool operator==(const Term&, const Term&) = default;
};

struct Predicate {
  Operation op;
  Term term;
  /// None for unary operations, any number for sets, else one.
  std::vector<Constant> constants;

  friend bool operator==(const Predicate&, const Predicate&) = default;
};

using Expression = ExpressionTree<Predicate>;

/// Limits of an expression from outside. A chain of one kind (`a and b and ...`) is one level.
inline constexpr size_t kMaxExpressionDepth = 200;
inline constexpr size_t kMaxExpressionPredicates = 100'000;
inline constexpr size_t kMaxExpressionConstants = 1'000'000;

/// kInvalidArgument where the constants are not what the operation takes, or one is nested, NaN or
/// infinite (ask with is-nan; write an infinity as the text `Infinity`).
Status CheckPredicate(const Predicate& predicate);

// Short ways to make expressions in code.
Term Column(std::string name);
Term Column(FieldId id);
Term Apply(Transform transform, Term column);
/// is-null, not-null, is-nan, not-nan.
Expression Test(Operation op, Term term);
/// lt to not-starts-with.
Expression Compare(Operation op, Term term, Constant constant);
Expression IsIn(Term term, std::vector<Constant> constants);
Expression IsNotIn(Term term, std::vector<Constant> constants);

}  // namespace firn::iceberg
