#include "iceberg/schema/testing/parse.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "iceberg/schema/partition_spec_json.h"
#include "iceberg/schema/schema_json.h"
#include "iceberg/schema/sort_order_json.h"

namespace firn::iceberg::testing {
namespace {

template <class T>
T OrDie(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "bad JSON in a test: %s\n", result.error().Describe().c_str());
    std::abort();
  }
  return *std::move(result);
}

}  // namespace

json::Document Json(std::string_view text) {
  return OrDie(json::Document::Parse(text, json::kFileLimits));
}

Schema SchemaOf(std::string_view text) {
  json::Document document = Json(text);
  return OrDie(ParseSchema(document.root()));
}

Schema SchemaOfFields(std::string_view fields) {
  return SchemaOf(fmt::format(R"({{"type":"struct","fields":[{}]}})", fields));
}

UnboundPartitionSpec SpecOf(std::string_view text) {
  json::Document document = Json(text);
  return OrDie(ParsePartitionSpec(document.root()));
}

SortOrder OrderOf(std::string_view text) {
  json::Document document = Json(text);
  return OrDie(ParseSortOrder(document.root()));
}

}  // namespace firn::iceberg::testing
