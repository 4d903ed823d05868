#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "iceberg/expression/literal_order.h"
#include "iceberg/expression/pruning/integer_wraps_internal.h"
#include "iceberg/expression/pruning/transform_projection_internal.h"
#include "iceberg/expression/pruning/value_range.h"
#include "iceberg/expression/row_evaluator.h"
#include "iceberg/schema/transform_value.h"

namespace firn::iceberg {
namespace {

/// Predicates on the values of one partition field.
class FieldProjector {
 public:
  FieldProjector(const BoundPredicate& predicate, const PartitionField& field)
      : predicate_(predicate), transform_(field.transform) {
    term_.field_id = field.field_id;
    term_.name = field.name;
    term_.source_type = field.transform.ResultType(predicate.term.source_type);
    term_.type = term_.source_type;
  }

  BoundExpression Project() const {
    TransformKind kind = transform_.kind();
    if (kind == TransformKind::kVoid || kind == TransformKind::kUnknown ||
        !transform_.CanTransform(*predicate_.term.source_type)) {
      return BoundExpression::True();
    }
    if (kind == TransformKind::kIdentity) {
      return ProjectIdentity();
    }
    // Partition values are null where the column is, and only there.
    if (predicate_.op == Operation::kIsNull || predicate_.op == Operation::kNotNull) {
      return Make(predicate_.op, {});
    }
    if (predicate_.term.transform) {
      return ProjectTransformed();
    }
    switch (kind) {
      case TransformKind::kBucket:
        return ProjectEquality();
      case TransformKind::kTruncate:
        return ProjectTruncated();
      default:
        return IsExact() ? ProjectOrdered() : AllowForOldValues(ProjectOrdered());
    }
  }

 private:
  BoundExpression Make(Operation op, std::vector<Literal> literals) const {
    return BoundPredicate{op, term_, std::move(literals)};
  }

  /// The partition value is the column's: the predicate holds for it, its transform included.
  BoundExpression ProjectIdentity() const {
    BoundPredicate projected = predicate_;
    projected.term.field_id = term_.field_id;
    projected.term.name = term_.name;
    projected.term.nullable = true;
    projected.term.nested = false;
    return projected;
  }

  /// A predicate on the very transform that makes the partition values.
  BoundExpression ProjectTransformed() const {
    if (*predicate_.term.transform != transform_) {
      return BoundExpression::True();
    }
    BoundExpression projected = Make(predicate_.op, predicate_.literals);
    if (IsTime() && !IsExact()) {
      return AllowForOldValues(std::move(projected));
    }
    return BoundExpression::Or(projected, WrappedBeforePromotion());
  }

  /// What a long column's partitions are where an int wrapped before the promotion: the term has
  /// another value there.
  BoundExpression WrappedBeforePromotion() const {
    if (transform_.kind() != TransformKind::kTruncate ||
        predicate_.term.source_type->id() != TypeId::kLong) {
      return BoundExpression::False();
    }
    IntegerWraps wraps(*predicate_.term.source_type, transform_.parameter());
    for (const IntegerWraps::Zone& zone : wraps.zones()) {
      auto value = wraps.Truncate(zone.first);
      if (value && Satisfies(predicate_, *value)) {
        return Make(Operation::kEq, {zone.partition});
      }
    }
    return BoundExpression::False();
  }

  bool IsTime() const {
    return transform_.kind() != TransformKind::kBucket &&
           transform_.kind() != TransformKind::kTruncate;
  }
  /// A date's day was always written right.
  bool IsExact() const {
    return transform_.kind() == TransformKind::kDay &&
           predicate_.term.source_type->id() == TypeId::kDate;
  }

  std::optional<Literal> Apply(const Literal& value) const {
    auto result = ApplyTransform(transform_, *predicate_.term.source_type, value);
    return result.has_value() ? *std::move(result) : std::nullopt;
  }

  /// eq and in, through any transform; nothing follows from the others.
  BoundExpression ProjectEquality() const {
    if (predicate_.op != Operation::kEq && predicate_.op != Operation::kIn) {
      return BoundExpression::True();
    }
    std::vector<Literal> values;
    values.reserve(predicate_.literals.size());
    for (const Literal& literal : predicate_.literals) {
      auto value = Apply(literal);
      if (!value) {
        return BoundExpression::True();
      }
      values.push_back(std::move(*value));
    }
    return MakeIn(std::move(values));
  }

  BoundExpression MakeIn(std::vector<Literal> values) const {
    std::sort(values.begin(), values.end(), LiteralLess());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    Operation op = values.size() == 1 ? Operation::kEq : Operation::kIn;
    return Make(op, std::move(values));
  }

  /// Comparisons through a transform that keeps the order: `x < 10` is `x <= 9` where values have
  /// predecessors, and so `f(x) <= f(9)`.
  BoundExpression ProjectOrdered() const {
    if (!IsOrdering(predicate_.op)) {
      return ProjectEquality();
    }
    bool less = predicate_.op == Operation::kLt || predicate_.op == Operation::kLtEq;
    auto closed = Closed();
    if (!closed) {
      return BoundExpression::False();
    }
    auto value = Apply(*closed);
    if (!value) {
      return BoundExpression::True();
    }
    return Make(less ? Operation::kLtEq : Operation::kGtEq, {std::move(*value)});
  }

  /// The greatest (lt) or least (gt) value that may satisfy the comparison; nullopt where there is
  /// none.
  std::optional<Literal> Closed() const {
    int step = predicate_.op == Operation::kLt ? -1 : predicate_.op == Operation::kGt ? 1 : 0;
    const Literal& literal = predicate_.literal();
    if (const auto* narrow = literal.As<int32_t>()) {
      return Stepped(*narrow, step);
    }
    if (const auto* wide = literal.As<int64_t>()) {
      return Stepped(*wide, step);
    }
    if (const auto* decimal = literal.As<Decimal>()) {
      return Literal(Decimal{decimal->unscaled + step, decimal->scale});
    }
    return literal;
  }

  template <class Int>
  static std::optional<Literal> Stepped(Int value, int step) {
    Int next = 0;
    bool overflow = __builtin_add_overflow(value, static_cast<Int>(step), &next);
    return overflow ? std::nullopt : std::optional(Literal(next));
  }

  BoundExpression ProjectTruncated() const {
    if (IsPrefix(predicate_.op)) {
      return ProjectPrefix();
    }
    if (predicate_.op == Operation::kNotEq || predicate_.op == Operation::kNotIn) {
      return BoundExpression::True();
    }
    if (!IntegerWraps::Has(*predicate_.term.source_type)) {
      return ProjectOrdered();
    }
    // Rows whose partition value wrapped are in partitions of their own.
    IntegerWraps wraps(*predicate_.term.source_type, transform_.parameter());
    std::vector<Literal> wrapped;
    for (const IntegerWraps::Zone& zone : wraps.zones()) {
      ValueRange range{{.null = false, .nan = false, .ordinary = true}, zone.first, zone.last};
      if (MayMatch(predicate_, range)) {
        wrapped.push_back(zone.partition);
      }
    }
    BoundExpression ordered = ProjectIntegers(wraps);
    return wrapped.empty() ? ordered : BoundExpression::Or(ordered, MakeIn(std::move(wrapped)));
  }

  /// Comparisons and sets where no partition value wrapped.
  BoundExpression ProjectIntegers(const IntegerWraps& wraps) const {
    if (!IsOrdering(predicate_.op)) {
      std::vector<Literal> values;
      for (const Literal& literal : predicate_.literals) {
        if (auto value = wraps.Truncate(literal)) {
          values.push_back(std::move(*value));
        }
      }
      return values.empty() ? BoundExpression::False() : MakeIn(std::move(values));
    }
    bool less = predicate_.op == Operation::kLt || predicate_.op == Operation::kLtEq;
    auto closed = Closed();
    if (!closed) {
      return BoundExpression::False();
    }
    auto value = wraps.Truncate(*closed);
    if (!value) {
      return less ? BoundExpression::False() : Make(Operation::kNotNull, {});
    }
    return Make(less ? Operation::kLtEq : Operation::kGtEq, {std::move(*value)});
  }

  /// A prefix that is not longer than the width is seen whole in the partition value.
  BoundExpression ProjectPrefix() const {
    const auto& prefix = *predicate_.literal().As<std::string>();
    auto length = std::count_if(prefix.begin(), prefix.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    });
    bool starts = predicate_.op == Operation::kStartsWith;
    if (length < transform_.parameter()) {
      return Make(predicate_.op, predicate_.literals);
    }
    if (length == transform_.parameter()) {
      return Make(starts ? Operation::kEq : Operation::kNotEq, predicate_.literals);
    }
    auto cut = Apply(predicate_.literal());
    return starts && cut ? Make(Operation::kEq, {std::move(*cut)}) : BoundExpression::True();
  }

  /// Matches also the values one too high that old writers gave to times before 1970.
  BoundExpression AllowForOldValues(BoundExpression projected) const {
    if (projected.kind() != BoundExpression::Kind::kPredicate) {
      return projected;
    }
    const BoundPredicate& predicate = projected.predicate();
    switch (predicate.op) {
      case Operation::kLt:
        return *Value(predicate, 0) <= 0 ? Make(Operation::kLt, {Raised(predicate, 0)}) : projected;
      case Operation::kLtEq:
        return *Value(predicate, 0) < 0 ? Make(Operation::kLtEq, {Raised(predicate, 0)})
                                        : projected;
      case Operation::kEq:
      case Operation::kIn: {
        std::vector<Literal> values = predicate.literals;
        for (size_t i = 0; i < predicate.literals.size(); ++i) {
          if (*Value(predicate, i) < 0) {
            values.push_back(Raised(predicate, i));
          }
        }
        return MakeIn(std::move(values));
      }
      case Operation::kNotEq:
      case Operation::kNotIn:
        return ExcludeNewValues(predicate);
      default:
        return projected;
    }
  }
  /// Of not-eq and not-in: a row of another value may carry one up to 0, never one above.
  BoundExpression ExcludeNewValues(const BoundPredicate& predicate) const {
    std::vector<Literal> values;
    for (const Literal& literal : predicate.literals) {
      if (*literal.As<int32_t>() > 0) {
        values.push_back(literal);
      }
    }
    if (values.empty()) {
      return BoundExpression::True();
    }
    Operation op = values.size() == 1 ? Operation::kNotEq : Operation::kNotIn;
    return Make(op, std::move(values));
  }

  static const int32_t* Value(const BoundPredicate& predicate, size_t i) {
    return predicate.literals[i].As<int32_t>();
  }
  static Literal Raised(const BoundPredicate& predicate, size_t i) {
    return Literal(*Value(predicate, i) + 1);
  }

  const BoundPredicate& predicate_;
  const Transform& transform_;
  BoundTerm term_;
};

}  // namespace

BoundExpression ProjectPredicate(const BoundPredicate& predicate, const PartitionField& field) {
  return FieldProjector(predicate, field).Project();
}

}  // namespace firn::iceberg
