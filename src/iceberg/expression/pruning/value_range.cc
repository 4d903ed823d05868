#include "iceberg/expression/pruning/value_range.h"

#include <algorithm>
#include <compare>
#include <string>
#include <utility>

#include "iceberg/expression/literal_order.h"
#include "iceberg/expression/pruning/range_check_internal.h"
#include "iceberg/schema/literal_binary.h"
#include "iceberg/schema/transform_value.h"

namespace firn::iceberg {
namespace {

/// Java's UUID.compareTo, by which its writers find the bounds of uuid partitions: both halves as
/// signed numbers.
std::partial_ordering CompareAsJava(const Literal& a, const Literal& b) {
  constexpr uint8_t kSignBit = 0x80;
  auto flipped = [](const Literal& literal) {
    auto bytes = literal.As<Uuid>()->bytes();
    bytes[0] ^= kSignBit;
    bytes[bytes.size() / 2] ^= kSignBit;
    return bytes;
  };
  return flipped(a) <=> flipped(b);
}

const Literal* PointerTo(const std::optional<Literal>& literal) {
  return literal ? &*literal : nullptr;
}

/// Bounds of uuids may be by either order. Equal values are between them by that order, so a file
/// is excluded where both exclude it; of greater and lesser ones bounds by Java's order say
/// nothing.
bool MayMatchUuid(const BoundPredicate& predicate, const Literal* lower, const Literal* upper) {
  if (IsOrdering(predicate.op)) {
    return true;
  }
  std::vector<Literal> as_java = predicate.literals;
  std::sort(as_java.begin(), as_java.end(),
            [](const Literal& a, const Literal& b) { return CompareAsJava(a, b) < 0; });
  return MayMatchBetween<Literal>(predicate.op, predicate.literals, lower, upper,
                                  CompareLiterals) ||
         MayMatchBetween<Literal>(predicate.op, as_java, lower, upper, CompareAsJava);
}

bool MayMatchPrefixes(const BoundPredicate& predicate, const Literal* lower, const Literal* upper) {
  std::string_view low = lower != nullptr ? *lower->As<std::string>() : std::string_view();
  std::string_view high = upper != nullptr ? *upper->As<std::string>() : std::string_view();
  return MayMatchPrefix(predicate.op, *predicate.literal().As<std::string>(),
                        lower != nullptr ? &low : nullptr, upper != nullptr ? &high : nullptr);
}

bool PreservesOrder(const Transform& transform) {
  switch (transform.kind()) {
    case TransformKind::kTruncate:
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kDay:
    case TransformKind::kHour:
      return true;
    default:
      return false;
  }
}

std::optional<Literal> TransformBound(const BoundTerm& term, const std::optional<Literal>& bound) {
  if (!bound) {
    return std::nullopt;
  }
  auto value = ApplyTransform(*term.transform, *term.source_type, *bound);
  return value.has_value() ? *std::move(value) : std::nullopt;
}

/// True where truncating integers may wrap below the least one and so breaks the order: unless the
/// lower bound shows that no value is so small.
bool MayWrap(const BoundTerm& term, const std::optional<Literal>& lower) {
  bool integer = term.source_type->id() == TypeId::kInt || term.source_type->id() == TypeId::kLong;
  if (term.transform->kind() != TransformKind::kTruncate || !integer) {
    return false;
  }
  auto truncated = TransformBound(term, lower);
  return !truncated || CompareLiterals(*truncated, *lower) > 0;
}

}  // namespace

Presence PresenceOf(const BoundTerm& term, const ValueCounts& counts) {
  Presence presence{.null = term.nullable, .nan = IsFloating(*term.source_type)};
  if (counts.records <= 0) {
    return counts.records < 0 ? presence : Presence{false, false, false};
  }
  bool covers_all = !term.nested || counts.values == counts.records;
  if (counts.nulls == 0 && covers_all) {
    presence.null = false;
  }
  if (counts.nans == 0) {
    presence.nan = false;
  }
  int64_t total = term.nested ? counts.values.value_or(counts.records) : counts.records;
  int64_t nulls = counts.nulls.value_or(0);
  int64_t nans = presence.nan ? counts.nans.value_or(0) : 0;
  if (total == nulls) {
    presence.nan = false;
  }
  presence.ordinary = total - nulls - nans != 0;
  return presence;
}

std::optional<Literal> DecodeBound(const Type& type, std::string_view bytes) {
  auto literal = DecodeLiteral(type, bytes);
  if (!literal.has_value() || IsNan(*literal)) {
    return std::nullopt;
  }
  return *std::move(literal);
}

ValueRange TermRange(const BoundTerm& term, ValueRange column) {
  if (!term.transform) {
    return column;
  }
  ValueRange range{column.presence, std::nullopt, std::nullopt};
  if (PreservesOrder(*term.transform) && !MayWrap(term, column.lower)) {
    range.lower = TransformBound(term, column.lower);
    range.upper = TransformBound(term, column.upper);
  }
  return range;
}

bool MayMatch(const BoundPredicate& predicate, const ValueRange& range) {
  if (IsUnary(predicate.op) || PresenceSatisfies(predicate.op, range.presence)) {
    return PresenceSatisfies(predicate.op, range.presence);
  }
  if (!range.presence.ordinary) {
    return false;
  }
  const Literal* lower = PointerTo(range.lower);
  const Literal* upper = PointerTo(range.upper);
  if (IsPrefix(predicate.op)) {
    return MayMatchPrefixes(predicate, lower, upper);
  }
  if (predicate.term.type->id() == TypeId::kUuid) {
    return MayMatchUuid(predicate, lower, upper);
  }
  return MayMatchBetween<Literal>(predicate.op, predicate.literals, lower, upper, CompareLiterals);
}

}  // namespace firn::iceberg
