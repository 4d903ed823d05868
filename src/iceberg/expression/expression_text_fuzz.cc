// Filters from any text: no crash; what is read prints to what reads as the same, as text and as
// JSON; without not it takes the same rows.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression_json.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/expression/row_evaluator.h"

namespace firn::iceberg {
namespace {

NestedField Column(int32_t id, const char* name, TypeId type) {
  NestedField column;
  column.id = FieldId(id);
  column.name = name;
  column.type = Type::Plain(type);
  return column;
}

Schema TestSchema() {
  return *Schema::Make(SchemaId(0),
                       {Column(1, "x", TypeId::kInt), Column(2, "d", TypeId::kDouble),
                        Column(3, "s", TypeId::kString), Column(4, "ts", TypeId::kTimestamp),
                        Column(5, "day", TypeId::kDate)},
                       {});
}

/// Depth is counted anew where brackets are printed, so a filter at the limit may not read back.
bool IsTooLarge(const Result<Expression>& result) {
  return !result.has_value() && result.error().code() == ErrorCode::kPayloadTooLarge;
}

void CheckPrints(const Expression& expression) {
  auto again = ParseExpressionText(ToString(expression));
  if (!IsTooLarge(again) && (!again.has_value() || *again != expression)) {
    std::abort();
  }
  auto document =
      json::Document::Parse(PrintExpression(expression), {.max_depth = kMaxExpressionJsonDepth});
  auto from_json =
      document.has_value() ? ParseExpression(document->root()) : TakeError(std::move(document));
  if (!from_json.has_value() || *from_json != expression) {
    std::abort();
  }
}

void CheckRewrites(const Expression& expression) {
  static const Schema kSchema = TestSchema();
  static const std::array<StructValue, 4> kRows{
      StructValue{},
      StructValue{{{FieldId(1), Literal(5)},
                   {FieldId(2), Literal(1.5)},
                   {FieldId(3), Literal(std::string("abc"))},
                   {FieldId(4), Literal(int64_t{-1})},
                   {FieldId(5), Literal(-1)}}},
      StructValue{{{FieldId(1), Literal(std::numeric_limits<int32_t>::min())},
                   {FieldId(2), Literal(std::numeric_limits<double>::quiet_NaN())},
                   {FieldId(3), Literal(std::string())},
                   {FieldId(4), Literal(std::numeric_limits<int64_t>::max())},
                   {FieldId(5), Literal(20454)}}},
      StructValue{{{FieldId(2), Literal(std::numeric_limits<double>::infinity())},
                   {FieldId(5), Literal(std::numeric_limits<int32_t>::max())}}}};
  auto bound = Bind(expression, kSchema, NameCase::kInsensitive);
  if (!bound.has_value()) {
    return;
  }
  for (const StructValue& row : kRows) {
    if (Evaluate(*bound, row) != Evaluate(RewriteNot(*bound), row)) {
      std::abort();
    }
  }
}

}  // namespace

void Run(std::string_view text) {
  auto expression = ParseExpressionText(text);
  if (expression.has_value()) {
    CheckPrints(*expression);
    CheckRewrites(*expression);
  }
}

}  // namespace firn::iceberg

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  firn::iceberg::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
