#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <arrow/type.h>

#include "columnar/kernels/predicate_loops_internal.h"

namespace firn::columnar {
namespace {

using iceberg::BoundPredicate;
using iceberg::Int128;
using iceberg::Literal;
using iceberg::Operation;

/// Sets of up to so many values are compared with each, longer ones searched.
constexpr size_t kFewValues = 8;

/// What null satisfies.
bool OnNull(Operation op) {
  return op == Operation::kIsNull || op == Operation::kNotNan || op == Operation::kNotEq ||
         op == Operation::kNotIn || op == Operation::kNotStartsWith;
}

void Fill(std::span<uint8_t> out, bool value) {
  std::fill(out.begin(), out.end(), static_cast<uint8_t>(value));
}

void SetNulls(const arrow::Array& array, bool value, std::span<uint8_t> out) {
  if (array.null_count() == 0) {
    return;
  }
  for (size_t i = 0; i < out.size(); ++i) {
    if (array.IsNull(static_cast<int64_t>(i))) {
      out[i] = value;
    }
  }
}

template <class At, class Test>
void Each(At&& at, std::span<uint8_t> out, Test&& test) {
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = test(at(i));
  }
}

/// `literals` ascend; values compare as literals do (a NaN with nothing).
template <class Value, class At>
void CompareAll(Operation op, const std::vector<Value>& literals, At&& at, std::span<uint8_t> out) {
  const Value& literal = literals[0];
  auto among = [&literals](const Value& value) {
    if (literals.size() <= kFewValues) {
      bool found = false;
      for (const Value& one : literals) {
        found |= value == one;
      }
      return found;
    }
    return std::binary_search(literals.begin(), literals.end(), value);
  };
  auto is_nan = [](const Value& value) {
    if constexpr (std::is_floating_point_v<Value>) {
      return std::isnan(value);
    } else {
      return false;
    }
  };
  switch (op) {
    case Operation::kLt:
      return Each(at, out, [&](const Value& value) { return value < literal; });
    case Operation::kLtEq:
      return Each(at, out, [&](const Value& value) { return value <= literal; });
    case Operation::kGt:
      return Each(at, out, [&](const Value& value) { return value > literal; });
    case Operation::kGtEq:
      return Each(at, out, [&](const Value& value) { return value >= literal; });
    case Operation::kEq:
      return Each(at, out, [&](const Value& value) { return value == literal; });
    case Operation::kNotEq:
      return Each(at, out, [&](const Value& value) { return value != literal; });
    case Operation::kIn:
      return Each(at, out, [&](const Value& value) { return !is_nan(value) && among(value); });
    case Operation::kNotIn:
      return Each(at, out, [&](const Value& value) { return is_nan(value) || !among(value); });
    default:
      return Fill(out, false);
  }
}

template <class Value>
std::vector<Value> LiteralsAs(const BoundPredicate& predicate) {
  std::vector<Value> values;
  for (const Literal& literal : predicate.literals) {
    values.push_back(*literal.As<Value>());
  }
  return values;
}

template <class Value>
void CompareNumbers(const BoundPredicate& predicate,
                    const arrow::Array& array,
                    std::span<uint8_t> out) {
  const Value* values = array.data()->GetValues<Value>(1);
  CompareAll(
      predicate.op, LiteralsAs<Value>(predicate), [values](size_t i) { return values[i]; }, out);
}

std::string_view ViewOf(const Literal& literal) {
  if (const auto* text = literal.As<std::string>()) {
    return *text;
  }
  if (const auto* uuid = literal.As<Uuid>()) {
    return {reinterpret_cast<const char*>(uuid->bytes().data()), uuid->bytes().size()};
  }
  return literal.As<iceberg::Bytes>()->data;
}

template <class Array>
void CompareBytes(const BoundPredicate& predicate,
                  const arrow::Array& array,
                  std::span<uint8_t> out) {
  const auto& values = static_cast<const Array&>(array);
  auto at = [&values](size_t i) {
    return std::string_view(values.GetView(static_cast<int64_t>(i)));
  };
  std::vector<std::string_view> literals;
  for (const Literal& literal : predicate.literals) {
    literals.push_back(ViewOf(literal));
  }
  if (iceberg::IsPrefix(predicate.op)) {
    bool wanted = predicate.op == Operation::kStartsWith;
    return Each(at, out,
                [&](std::string_view value) { return value.starts_with(literals[0]) == wanted; });
  }
  CompareAll(predicate.op, literals, at, out);
}

void CompareDecimals(const BoundPredicate& predicate,
                     const arrow::Array& array,
                     std::span<uint8_t> out) {
  std::vector<Int128> literals;
  for (const Literal& literal : predicate.literals) {
    literals.push_back(literal.As<iceberg::Decimal>()->unscaled);
  }
  const auto& values = static_cast<const arrow::FixedSizeBinaryArray&>(array);
  CompareAll(
      predicate.op, literals,
      [&values](size_t i) {
        Int128 value;
        std::memcpy(&value, values.GetValue(static_cast<int64_t>(i)), sizeof(value));
        return value;
      },
      out);
}

template <class Value>
void TestNan(bool wanted, const arrow::Array& array, std::span<uint8_t> out) {
  const Value* values = array.data()->GetValues<Value>(1);
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = std::isnan(values[i]) == wanted;
  }
}

void EvaluateUnary(Operation op, const arrow::Array& array, std::span<uint8_t> out) {
  bool is_nan = op == Operation::kIsNan;
  if (op == Operation::kIsNull || op == Operation::kNotNull) {
    Fill(out, op == Operation::kNotNull);
  } else if (array.type_id() == arrow::Type::FLOAT) {
    TestNan<float>(is_nan, array, out);
  } else if (array.type_id() == arrow::Type::DOUBLE) {
    TestNan<double>(is_nan, array, out);
  } else {
    Fill(out, !is_nan);
  }
}

void EvaluateValues(const BoundPredicate& predicate,
                    const arrow::Array& array,
                    std::span<uint8_t> out) {
  switch (array.type_id()) {
    case arrow::Type::BOOL: {
      const auto& flags = static_cast<const arrow::BooleanArray&>(array);
      auto bytes = std::vector<uint8_t>();
      for (const Literal& literal : predicate.literals) {
        bytes.push_back(*literal.As<bool>());
      }
      return CompareAll(
          predicate.op, bytes,
          [&flags](size_t i) -> uint8_t { return flags.Value(static_cast<int64_t>(i)); }, out);
    }
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
      return CompareNumbers<int32_t>(predicate, array, out);
    case arrow::Type::INT64:
    case arrow::Type::TIME64:
    case arrow::Type::TIMESTAMP:
      return CompareNumbers<int64_t>(predicate, array, out);
    case arrow::Type::FLOAT:
      return CompareNumbers<float>(predicate, array, out);
    case arrow::Type::DOUBLE:
      return CompareNumbers<double>(predicate, array, out);
    case arrow::Type::DECIMAL128:
      return CompareDecimals(predicate, array, out);
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return CompareBytes<arrow::BinaryArray>(predicate, array, out);
    case arrow::Type::FIXED_SIZE_BINARY:
      return CompareBytes<arrow::FixedSizeBinaryArray>(predicate, array, out);
    default:
      return Fill(out, false);
  }
}

}  // namespace

void EvaluatePredicate(const BoundPredicate& predicate,
                       const arrow::Array& array,
                       std::span<uint8_t> out) {
  if (array.null_count() == array.length()) {
    return Fill(out, OnNull(predicate.op));
  }
  if (iceberg::IsUnary(predicate.op)) {
    EvaluateUnary(predicate.op, array, out);
  } else {
    EvaluateValues(predicate, array, out);
  }
  SetNulls(array, OnNull(predicate.op), out);
}

}  // namespace firn::columnar
