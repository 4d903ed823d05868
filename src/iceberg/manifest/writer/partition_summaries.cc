#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "iceberg/manifest/writer/partition_record_internal.h"
#include "iceberg/manifest/writer/partition_summaries_internal.h"
#include "iceberg/schema/literal_binary.h"

namespace firn::iceberg {
namespace {

/// Below, in the order of bounds: -0.0 before +0.0, text and binary by unsigned bytes.
struct IsBelow {
  template <class T>
    requires std::is_floating_point_v<T>
  bool operator()(T a, T b) const {
    return a < b || (a == b && std::signbit(a) && !std::signbit(b));
  }
  bool operator()(const Decimal& a, const Decimal& b) const { return a.unscaled < b.unscaled; }
  bool operator()(const Uuid& a, const Uuid& b) const { return a.bytes() < b.bytes(); }
  bool operator()(const Bytes& a, const Bytes& b) const { return a.data < b.data; }
  bool operator()(const std::string& a, const std::string& b) const { return a < b; }
  template <class T>
    requires std::is_integral_v<T>
  bool operator()(T a, T b) const {
    return a < b;
  }
  /// Values of different types, or nested ones: never after FitToType.
  bool operator()(const auto& /*a*/, const auto& /*b*/) const { return false; }
};

bool Below(const Literal& a, const Literal& b) {
  return std::visit(IsBelow(), a.value(), b.value());
}

bool IsNan(const Literal& literal) {
  const auto* single = literal.As<float>();
  const auto* real = literal.As<double>();
  return (single != nullptr && std::isnan(*single)) || (real != nullptr && std::isnan(*real));
}

}  // namespace

Status PartitionSummaries::Add(const StructValue& tuple) {
  for (size_t i = 0; i < fields_.size(); ++i) {
    const NestedField& type = type_->fields()[i];
    auto found = std::ranges::find(tuple.fields, type.id, &std::pair<FieldId, Literal>::first);
    if (found == tuple.fields.end()) {
      fields_[i].contains_null = true;
      continue;
    }
    ASSIGN_OR_RETURN(Literal value, FitToType(found->second, *type.type));
    Widen(fields_[i], std::move(value));
  }
  return {};
}

void PartitionSummaries::Widen(Field& field, Literal value) {
  if (IsNan(value)) {
    field.contains_nan = true;
    return;
  }
  if (!field.lower.has_value() || Below(value, *field.lower)) {
    field.lower = value;
  }
  if (!field.upper.has_value() || Below(*field.upper, value)) {
    field.upper = std::move(value);
  }
}

std::vector<FieldSummary> PartitionSummaries::Finish() const {
  std::vector<FieldSummary> summaries;
  for (const Field& field : fields_) {
    FieldSummary& summary = summaries.emplace_back();
    summary.contains_null = field.contains_null;
    summary.contains_nan = field.contains_nan;
    if (field.lower.has_value()) {
      summary.lower_bound = EncodeLiteral(*field.lower);
      summary.upper_bound = EncodeLiteral(*field.upper);
    }
  }
  return summaries;
}

}  // namespace firn::iceberg
