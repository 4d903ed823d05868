// BoundExpression: a filter that met a schema: columns by field id, literals of the column's type,
// so that evaluating it cannot fail. Made by bind.h from an Expression, or by
// pruning/projection.h over the fields of a partition spec.
//
// Thread-safety: immutable values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "iceberg/expression/expression_tree.h"
#include "iceberg/expression/operation.h"
#include "iceberg/schema/ids.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/transform.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

struct BoundTerm {
  /// Of a column outside lists and maps, or of a partition field.
  FieldId field_id;
  /// The column's full name in the schema, or the partition field's.
  std::string name;
  TypePtr source_type;
  /// bucket, truncate, year, month, day or hour; nullopt for the column itself.
  std::optional<Transform> transform;
  /// Of the term's values: source_type where there is no transform.
  TypePtr type;
  /// True where the column, or a struct that holds it, is optional.
  bool nullable = true;
  /// True for a field of a struct.
  bool nested = false;

  friend bool operator==(const BoundTerm& a, const BoundTerm& b) {
    return a.field_id == b.field_id && a.transform == b.transform && *a.type == *b.type;
  }
};

struct BoundPredicate {
  Operation op;
  BoundTerm term;
  /// Of term.type, never NaN. None for unary operations; for sets two or more, ascending
  /// (literal_order.h), each once; else one.
  std::vector<Literal> literals;

  /// Of a comparison.
  const Literal& literal() const { return literals[0]; }

  friend bool operator==(const BoundPredicate&, const BoundPredicate&) = default;
};

using BoundExpression = ExpressionTree<BoundPredicate>;

/// The rows that do not satisfy the predicate, as an expression without not: `x < 5` becomes
/// `x >= 5 or x is null`, as a null satisfies neither comparison.
BoundExpression Complement(const BoundPredicate& predicate);

/// The same expression without not: what evaluators need.
BoundExpression RewriteNot(const BoundExpression& expression);

/// The ids of the columns that the expression names, ascending, each once.
std::vector<FieldId> FieldsOf(const BoundExpression& expression);

/// True for float and double.
bool IsFloating(const Type& type);

}  // namespace firn::iceberg
