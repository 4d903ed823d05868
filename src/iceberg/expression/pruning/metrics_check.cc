#include <cmath>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "iceberg/expression/pruning/metrics_check_internal.h"
#include "iceberg/expression/pruning/range_check_internal.h"
#include "iceberg/expression/pruning/value_range.h"

namespace firn::iceberg {
namespace {

constexpr int32_t kNarrowBytes = 4;
constexpr int32_t kWideBytes = 8;

/// Keeps the rows for which `keep` is true; without branches, as it runs over every row of a plan.
template <class Keep>
std::vector<uint32_t> Filter(std::vector<uint32_t> rows, Keep keep) {
  size_t count = 0;
  for (uint32_t row : rows) {
    rows[count] = row;
    count += static_cast<size_t>(keep(row));
  }
  rows.resize(count);
  return rows;
}

std::optional<int64_t> CountAt(const CountColumn& column, uint32_t row) {
  int64_t count = column[row];
  return count == kAbsent ? std::nullopt : std::optional(count);
}

/// The metrics of one column.
struct Source {
  const BoundTerm& term;
  const ManifestColumns& columns;
  const FieldMetrics& metrics;

  Presence PresenceAt(uint32_t row) const {
    return PresenceOf(term, {.records = columns.record_counts[row],
                             .values = CountAt(metrics.value_counts, row),
                             .nulls = CountAt(metrics.null_value_counts, row),
                             .nans = CountAt(metrics.nan_value_counts, row)});
  }
};

/// A bound as the value that comparisons take; `Decode` gives nullopt for a malformed one.
template <class Decode>
auto BoundAt(const BoundColumn& column, uint32_t row, Decode decode)
    -> decltype(decode(std::string_view())) {
  auto bytes = column.Value(row);
  return bytes ? decode(*bytes) : std::nullopt;
}

/// Whether one row may match, from whatever metrics it has; the order of steps is MayMatch's.
template <class Decode, class Check>
bool RowMayMatch(Operation op, const Source& source, uint32_t row, Decode decode, Check check) {
  auto lower = BoundAt(source.metrics.lower_bounds, row, decode);
  auto upper = BoundAt(source.metrics.upper_bounds, row, decode);
  bool bounded = lower || upper;
  if (IsNegative(op) || !bounded) {
    Presence presence = source.PresenceAt(row);
    if (PresenceSatisfies(op, presence)) {
      return true;
    }
    if (!bounded && !presence.ordinary) {
      return false;
    }
  }
  return check(lower ? &*lower : nullptr, upper ? &*upper : nullptr);
}

template <class Value, class Decode, class Compare>
std::vector<uint32_t> FilterAny(Operation op,
                                std::span<const Value> literals,
                                const Source& source,
                                std::vector<uint32_t> rows,
                                std::pair<Decode, Compare> how) {
  return Filter(std::move(rows), [&](uint32_t row) {
    return RowMayMatch(op, source, row, how.first, [&](const Value* lower, const Value* upper) {
      return MayMatchBetween<Value>(op, literals, lower, upper, how.second);
    });
  });
}

template <class Stored, class Value>
Value Load(uint64_t head) {
  Stored stored;
  std::memcpy(&stored, &head, sizeof(Stored));
  return stored;
}

/// Comparisons where every row has both bounds, of one width. A NaN bound compares false and so
/// excludes nothing; where both are NaN, they are no bounds.
template <class Stored, class Value>
std::vector<uint32_t> FilterDense(Operation op,
                                  Value literal,
                                  const Source& source,
                                  std::vector<uint32_t> rows) {
  const uint64_t* lowers = source.metrics.lower_bounds.heads().data();
  const uint64_t* uppers = source.metrics.upper_bounds.heads().data();
  auto filter = [&](auto excluded) {
    return Filter(std::move(rows), [&, lowers, uppers, excluded](uint32_t row) {
      auto lower = Load<Stored, Value>(lowers[row]);
      auto upper = Load<Stored, Value>(uppers[row]);
      if constexpr (std::is_floating_point_v<Value>) {
        if (std::isnan(lower) && std::isnan(upper)) {
          return source.PresenceAt(row).ordinary;
        }
      }
      return !static_cast<bool>(excluded(lower, upper) & !(lower > upper));
    });
  };
  switch (op) {
    case Operation::kLt:
      return filter([=](Value lower, Value /*upper*/) { return lower >= literal; });
    case Operation::kLtEq:
      return filter([=](Value lower, Value /*upper*/) { return lower > literal; });
    case Operation::kGt:
      return filter([=](Value /*lower*/, Value upper) { return upper <= literal; });
    case Operation::kGtEq:
      return filter([=](Value /*lower*/, Value upper) { return upper < literal; });
    default:
      return filter(
          [=](Value lower, Value upper) { return (lower > literal) | (upper < literal); });
  }
}

/// The one width of all bounds; 0 where they differ or some are missing.
int32_t DenseWidth(const FieldMetrics& metrics) {
  int32_t width = metrics.lower_bounds.empty() ? 0 : metrics.lower_bounds.common_size();
  bool same = !metrics.upper_bounds.empty() && metrics.upper_bounds.common_size() == width;
  return same ? width : 0;
}

bool IsSimpleComparison(Operation op) { return IsOrdering(op) || op == Operation::kEq; }

bool IsNarrow(TypeId id) {
  return id == TypeId::kInt || id == TypeId::kDate || id == TypeId::kFloat;
}
/// Types whose values were narrower before a promotion, and mean the same.
bool WasNarrow(TypeId id) { return id == TypeId::kLong || id == TypeId::kDouble; }

template <class Narrow, class Wide>
std::optional<Wide> DecodeNumber(TypeId id, std::string_view bytes) {
  bool narrow_fits = IsNarrow(id) || WasNarrow(id);
  if (bytes.size() == sizeof(Narrow) && narrow_fits) {
    Narrow value;
    std::memcpy(&value, bytes.data(), sizeof(Narrow));
    return value;
  }
  if (bytes.size() == sizeof(Wide) && !IsNarrow(id)) {
    Wide value;
    std::memcpy(&value, bytes.data(), sizeof(Wide));
    return value;
  }
  return std::nullopt;
}

template <class Narrow, class Wide>
std::vector<uint32_t> FilterNumbers(Operation op,
                                    std::span<const Wide> literals,
                                    const Source& source,
                                    std::vector<uint32_t> rows) {
  TypeId id = source.term.source_type->id();
  int32_t width = DenseWidth(source.metrics);
  if (IsSimpleComparison(op)) {
    if (width == kWideBytes && !IsNarrow(id)) {
      return FilterDense<Wide, Wide>(op, literals[0], source, std::move(rows));
    }
    if (width == kNarrowBytes && (IsNarrow(id) || WasNarrow(id))) {
      return FilterDense<Narrow, Wide>(op, literals[0], source, std::move(rows));
    }
  }
  auto decode = [id](std::string_view bytes) {
    auto number = DecodeNumber<Narrow, Wide>(id, bytes);
    return number && *number == *number ? number : std::nullopt;  // not NaN
  };
  auto compare = [](Wide a, Wide b) { return a < b ? -1 : a > b ? 1 : 0; };
  return FilterAny<Wide>(op, literals, source, std::move(rows), std::pair(decode, compare));
}

std::vector<uint32_t> FilterTexts(Operation op,
                                  std::span<const std::string_view> literals,
                                  const Source& source,
                                  std::vector<uint32_t> rows) {
  const Type& type = *source.term.source_type;
  size_t longest =
      type.id() == TypeId::kFixed ? static_cast<size_t>(type.length()) : std::string_view::npos;
  auto decode = [longest](std::string_view bytes) {
    return bytes.size() <= longest ? std::optional(bytes) : std::nullopt;
  };
  if (IsPrefix(op)) {
    return Filter(std::move(rows), [&](uint32_t row) {
      return RowMayMatch(op, source, row, decode,
                         [&](const std::string_view* lower, const std::string_view* upper) {
                           return MayMatchPrefix(op, literals[0], lower, upper);
                         });
    });
  }
  auto compare = [](std::string_view a, std::string_view b) { return a.compare(b); };
  return FilterAny<std::string_view>(op, literals, source, std::move(rows),
                                     std::pair(decode, compare));
}

std::vector<uint32_t> FilterLiterals(const BoundPredicate& predicate,
                                     const Source& source,
                                     std::vector<uint32_t> rows) {
  const Type& type = *source.term.source_type;
  auto decode = [&type](std::string_view bytes) { return DecodeBound(type, bytes); };
  return Filter(std::move(rows), [&](uint32_t row) {
    ValueRange range{source.PresenceAt(row), BoundAt(source.metrics.lower_bounds, row, decode),
                     BoundAt(source.metrics.upper_bounds, row, decode)};
    range.presence.ordinary = range.presence.ordinary || range.lower || range.upper;
    return MayMatch(predicate, TermRange(predicate.term, std::move(range)));
  });
}

}  // namespace

MetricsCheck::Kind MetricsCheck::KindOf(const BoundPredicate& predicate) {
  if (predicate.term.transform || IsUnary(predicate.op)) {
    return Kind::kLiteral;
  }
  switch (predicate.term.type->id()) {
    case TypeId::kInt:
    case TypeId::kDate:
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampTzNs:
    case TypeId::kTimestamp:
    case TypeId::kTimestampNs:
      return Kind::kInteger;
    case TypeId::kFloat:
    case TypeId::kDouble:
      return Kind::kFloating;
    case TypeId::kString:
    case TypeId::kBinary:
    case TypeId::kFixed:
      return Kind::kText;
    default:
      return Kind::kLiteral;
  }
}

MetricsCheck::MetricsCheck(BoundPredicate predicate)
    : predicate_(std::move(predicate)), kind_(KindOf(predicate_)) {
  for (const Literal& literal : predicate_.literals) {
    if (const auto* narrow = literal.As<int32_t>()) {
      integers_.push_back(*narrow);
    } else if (const auto* wide = literal.As<int64_t>()) {
      integers_.push_back(*wide);
    } else if (const auto* single = literal.As<float>()) {
      numbers_.push_back(*single);
    } else if (const auto* real = literal.As<double>()) {
      numbers_.push_back(*real);
    } else if (const auto* text = literal.As<std::string>()) {
      texts_.emplace_back(*text);
    } else if (const auto* bytes = literal.As<Bytes>()) {
      texts_.emplace_back(bytes->data);
    }
  }
}

std::vector<uint32_t> MetricsCheck::Select(const ManifestColumns& columns,
                                           std::vector<uint32_t> rows) const {
  const BoundTerm& term = predicate_.term;
  const FieldMetrics* metrics = columns.FindMetrics(term.field_id);
  if (metrics == nullptr) {
    return rows;
  }
  Source source{term, columns, *metrics};
  switch (kind_) {
    case Kind::kInteger: {
      // A date that became a timestamp counts in other units.
      TypeId id = term.type->id();
      bool was_date = id == TypeId::kTimestamp || id == TypeId::kTimestampNs;
      if (was_date && DenseWidth(*metrics) != kWideBytes) {
        return FilterLiterals(predicate_, source, std::move(rows));
      }
      return FilterNumbers<int32_t, int64_t>(predicate_.op, integers_, source, std::move(rows));
    }
    case Kind::kFloating:
      return FilterNumbers<float, double>(predicate_.op, numbers_, source, std::move(rows));
    case Kind::kText:
      return FilterTexts(predicate_.op, texts_, source, std::move(rows));
    case Kind::kLiteral:
      break;
  }
  return FilterLiterals(predicate_, source, std::move(rows));
}

}  // namespace firn::iceberg
