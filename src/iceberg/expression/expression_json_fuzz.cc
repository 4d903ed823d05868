// Filters from any JSON: no crash; what is read prints to what reads as the same; what binds to a
// schema of every type still does after it was unbound, to the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression_json.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

constexpr json::ParseLimits kLimits{.max_depth = kMaxExpressionJsonDepth};

/// A column of each type, named after it: `date`, `decimal(9, 2)`; every other one is required.
Schema EveryType() {
  std::vector<NestedField> columns;
  for (std::string_view type :
       {"boolean", "int", "long", "float", "double", "decimal(9, 2)", "date", "time", "timestamp",
        "timestamptz", "timestamp_ns", "timestamptz_ns", "string", "uuid", "fixed[2]", "binary",
        "unknown", "variant"}) {
    NestedField column;
    column.id = FieldId(static_cast<int32_t>(columns.size()) + 1);
    column.name = std::string(type);
    column.type = *ParseTypeName(type);
    column.required = columns.size() % 2 == 0 && type != "unknown";
    columns.push_back(std::move(column));
  }
  return *Schema::Make(SchemaId(0), std::move(columns), {});
}

void CheckPrints(const Expression& expression) {
  auto document = json::Document::Parse(PrintExpression(expression), kLimits);
  auto again =
      document.has_value() ? ParseExpression(document->root()) : TakeError(std::move(document));
  if (!again.has_value() || *again != expression) {
    std::abort();
  }
}

void CheckBinds(const Expression& expression) {
  static const Schema kSchema = EveryType();
  auto bound = Bind(expression, kSchema, NameCase::kInsensitive);
  if (!bound.has_value()) {
    return;
  }
  auto again = Bind(Unbind(*bound), kSchema, NameCase::kSensitive);
  if (!again.has_value() || *again != *bound) {
    std::abort();
  }
}

}  // namespace

void Run(std::string_view text) {
  auto document = json::Document::Parse(text, kLimits);
  if (!document.has_value()) {
    return;
  }
  auto expression = ParseExpression(document->root());
  if (expression.has_value()) {
    CheckPrints(*expression);
    CheckBinds(*expression);
  }
}

}  // namespace firn::iceberg

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  firn::iceberg::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
