// MetricsCheck: one predicate against the metrics of many entries.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "iceberg/expression/bound_expression.h"
#include "iceberg/manifest/manifest_columns.h"

namespace firn::iceberg {

class MetricsCheck {
 public:
  explicit MetricsCheck(BoundPredicate predicate);
  // Texts point into the predicate's literals.
  MetricsCheck(const MetricsCheck&) = delete;
  MetricsCheck& operator=(const MetricsCheck&) = delete;
  MetricsCheck(MetricsCheck&&) = default;
  MetricsCheck& operator=(MetricsCheck&&) = default;

  /// Those of `rows` whose file may hold a row that satisfies the predicate; each has records. Says
  /// of a row what MayMatch (value_range.h) says of its metrics.
  std::vector<uint32_t> Select(const ManifestColumns& columns, std::vector<uint32_t> rows) const;

 private:
  /// How values are compared.
  enum class Kind : uint8_t { kInteger, kFloating, kText, kLiteral };

  static Kind KindOf(const BoundPredicate& predicate);

  BoundPredicate predicate_;
  Kind kind_;
  // The literals, as kind_ has them.
  std::vector<int64_t> integers_;
  std::vector<double> numbers_;
  std::vector<std::string_view> texts_;
};

}  // namespace firn::iceberg
