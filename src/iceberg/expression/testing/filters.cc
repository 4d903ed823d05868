#include "iceberg/expression/testing/filters.h"

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression_text.h"

namespace firn::iceberg::testing {
namespace {

template <class T>
T OrDie(Result<T> result, std::string_view text) {
  if (!result.has_value()) {
    std::fprintf(stderr, "bad filter in a test: %s: %s\n", std::string(text).c_str(),
                 result.error().Describe().c_str());
    std::abort();
  }
  return *std::move(result);
}

}  // namespace

BoundExpression FilterOf(std::string_view text, const Schema& schema) {
  Expression expression = OrDie(ParseExpressionText(text), text);
  return OrDie(Bind(expression, schema, NameCase::kSensitive), text);
}

std::string TextOf(const BoundExpression& filter) { return ToString(Unbind(filter)); }

PartitionSpec PartitionBy(const std::vector<std::pair<int32_t, std::string_view>>& fields) {
  PartitionSpec spec;
  for (const auto& [source, transform] : fields) {
    auto index = static_cast<int32_t>(spec.fields.size());
    spec.fields.push_back({FieldId(source), FieldId(kFirstPartitionFieldId.value() + index),
                           fmt::format("p{}", index),
                           OrDie(Transform::Parse(transform), transform)});
  }
  return spec;
}

}  // namespace firn::iceberg::testing
