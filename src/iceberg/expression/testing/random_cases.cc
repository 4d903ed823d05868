#include "iceberg/expression/testing/random_cases.h"

#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "iceberg/expression/bind.h"
#include "iceberg/schema/transform_value.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg::testing {
namespace {

constexpr std::array<std::string_view, 17> kTypes{
    "boolean",         "int",    "long", "float",     "double",      "decimal(9, 2)",
    "decimal(38, 10)", "date",   "time", "timestamp", "timestamptz", "timestamp_ns",
    "timestamptz_ns",  "string", "uuid", "fixed[3]",  "binary"};
constexpr std::array<std::string_view, 8> kNames{"id",    "price", "a b",  "and",
                                                 "größe", "day",   "x\"y", "_1"};
constexpr int64_t kSecondsPerDay = 86'400;

NestedField Field(int32_t id, std::string name, TypePtr type) {
  NestedField field;
  field.id = FieldId(id);
  field.name = std::move(name);
  field.type = std::move(type);
  return field;
}

}  // namespace

Schema RandomCases::NewSchema() {
  std::vector<NestedField> columns;
  int32_t id = 1;
  for (uint32_t count = 2 + Below(4); count > 0; --count) {
    TypePtr type = *ParseTypeName(kTypes[Below(kTypes.size())]);
    columns.push_back(Field(id, fmt::format("{}{}", kNames[Below(kNames.size())], id), type));
    columns.back().required = OneIn(3);
    ++id;
  }
  if (OneIn(2)) {
    NestedField inner = Field(id + 1, "in", *ParseTypeName(kTypes[Below(kTypes.size())]));
    inner.required = OneIn(2);
    NestedField outer = Field(id, "s", Type::Struct({inner}));
    outer.required = OneIn(2);
    columns.push_back(outer);
  }
  return *Schema::Make(SchemaId(0), std::move(columns), {});
}

int64_t RandomCases::Integer(int64_t least, int64_t greatest) {
  switch (Below(8)) {
    case 0:
      return least + Below(12);
    case 1:
      return greatest - Below(12);
    default:
      return static_cast<int64_t>(Below(41)) - 20;
  }
}

int64_t RandomCases::Time(int64_t units_per_second) {
  if (OneIn(20)) {
    return OneIn(2) ? std::numeric_limits<int64_t>::min() + Below(3)
                    : std::numeric_limits<int64_t>::max() - Below(3);
  }
  int64_t years = OneIn(3) ? 0 : static_cast<int64_t>(Below(3)) - 1;
  int64_t days = static_cast<int64_t>(Below(9)) - 4 + years * 365;
  int64_t seconds = OneIn(3) ? 0 : Below(24) * 3600;
  int64_t units = OneIn(3) ? static_cast<int64_t>(Below(3)) - 1 : 0;
  return (days * kSecondsPerDay + seconds) * units_per_second + units;
}

double RandomCases::Floating() {
  switch (Below(12)) {
    case 0:
      return std::nan("");
    case 1:
      return OneIn(2) ? std::numeric_limits<double>::infinity()
                      : -std::numeric_limits<double>::infinity();
    case 2:
      return OneIn(2) ? 0.0 : -0.0;
    case 3:
      return OneIn(2) ? 1e30 : -1e30;
    default:
      return (static_cast<double>(Below(41)) - 20) / 4;
  }
}

std::string RandomCases::Text() {
  constexpr std::array<std::string_view, 8> kLetters{"a", "b", "ä",    "\xF0\x9F\x98\x80",
                                                     "%", "'", "\x7F", "\xF4\x8F\xBF\xBF"};
  std::string text;
  for (uint32_t length = Below(6); length > 0; --length) {
    text += kLetters[Below(OneIn(3) ? kLetters.size() : 2)];
  }
  return text;
}

std::string RandomCases::ByteText(size_t length) {
  constexpr std::string_view kBytes("\x00\x01\x7F\x80\xFF", 5);
  std::string bytes;
  for (; length > 0; --length) {
    bytes += kBytes[Below(kBytes.size())];
  }
  return bytes;
}

Literal RandomCases::Value(const Type& type) {
  constexpr int64_t kIntMin = std::numeric_limits<int32_t>::min();
  constexpr int64_t kIntMax = std::numeric_limits<int32_t>::max();
  constexpr int64_t kMicros = 1'000'000;
  switch (type.id()) {
    case TypeId::kBoolean:
      return Literal(OneIn(2));
    case TypeId::kInt:
      return Literal(static_cast<int32_t>(Integer(kIntMin, kIntMax)));
    case TypeId::kLong:
      return Literal(
          Integer(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()));
    case TypeId::kFloat:
      return Literal(static_cast<float>(Floating()));
    case TypeId::kDouble:
      return Literal(Floating());
    case TypeId::kDecimal:
      return Literal(Decimal{Integer(-999'999'999, 999'999'999), type.scale()});
    case TypeId::kDate:
      return Literal(static_cast<int32_t>(OneIn(20) ? Integer(kIntMin, kIntMax)
                                                    : Time(1) / kSecondsPerDay % 100'000));
    case TypeId::kTime:
      return Literal(int64_t{Below(24)} * 3600 * kMicros + Below(2));
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      return Literal(Time(kMicros));
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return Literal(Time(kMicros * 1000));
    case TypeId::kString:
      return Literal(Text());
    case TypeId::kUuid: {
      std::array<uint8_t, 16> bytes{};
      for (size_t i : {size_t{0}, size_t{8}, size_t{15}}) {
        bytes[i] = static_cast<uint8_t>(ByteText(1)[0]);
      }
      return Literal(Uuid(bytes));
    }
    case TypeId::kFixed:
      return Literal(Bytes{ByteText(static_cast<size_t>(type.length()))});
    default:
      return Literal(Bytes{ByteText(Below(4))});
  }
}

std::vector<const NestedField*> RandomCases::Leaves(const Schema& schema) {
  std::vector<const NestedField*> leaves;
  for (FieldId id : schema.field_ids()) {
    const NestedField* field = schema.FindField(id);
    if (field->type->is_primitive()) {
      leaves.push_back(field);
    }
  }
  return leaves;
}

StructValue RandomCases::Row(const Schema& schema) {
  StructValue row;
  auto add = [&](const NestedField& field) {
    if (field.required || !OneIn(4)) {
      row.fields.emplace_back(field.id, Value(*field.type));
    }
  };
  for (const NestedField& column : schema.fields()) {
    if (!column.type->is_struct()) {
      add(column);
    } else if (column.required || !OneIn(3)) {
      row.fields.emplace_back(column.id, Literal(std::make_shared<const StructValue>()));
      add(column.type->fields()[0]);
    }
  }
  return row;
}

Transform RandomCases::TransformFor(const Type& type) {
  while (true) {
    constexpr std::array<TransformKind, 5> kPlain{TransformKind::kIdentity, TransformKind::kYear,
                                                  TransformKind::kMonth, TransformKind::kDay,
                                                  TransformKind::kHour};
    Transform transform = Transform::Plain(kPlain[Below(kPlain.size())]);
    if (OneIn(4)) {
      transform = Transform::Bucket(1 + static_cast<int32_t>(Below(7)));
    } else if (OneIn(3)) {
      transform = Transform::Truncate(1 + static_cast<int32_t>(Below(10)));
    }
    if (transform.CanTransform(type)) {
      return transform;
    }
  }
}

Literal RandomCases::Nudged(const Literal& value) {
  int step = static_cast<int>(Below(3)) - 1;
  if (const auto* narrow = value.As<int32_t>()) {
    return Literal(static_cast<int32_t>(static_cast<uint32_t>(*narrow) + step));
  }
  if (const auto* wide = value.As<int64_t>()) {
    return Literal(static_cast<int64_t>(static_cast<uint64_t>(*wide) + step));
  }
  if (const auto* decimal = value.As<Decimal>()) {
    return Literal(Decimal{decimal->unscaled + step, decimal->scale});
  }
  if (const auto* text = value.As<std::string>(); text != nullptr && step < 0) {
    return *ApplyTransform(Transform::Truncate(2), *Type::Plain(TypeId::kString), value).value();
  }
  return value;
}

/// The value in another type or as JSON has it.
Constant RandomCases::Respell(const Type& type, const Literal& value) {
  TypePtr own = *ParseTypeName(ToString(type));
  const auto* single = value.As<float>();
  const auto* real = value.As<double>();
  double number = single != nullptr ? *single : real != nullptr ? *real : 0;
  if (std::isnan(number)) {
    return Constant::Long(0);
  }
  if (!std::isfinite(number) || OneIn(2)) {
    BoundTerm term;
    term.name = "x";
    term.source_type = own;
    term.type = own;
    return Unbind(BoundPredicate{Operation::kEq, term, {value}}).predicate().constants[0];
  }
  if (const auto* narrow = value.As<int32_t>(); narrow != nullptr && type.id() == TypeId::kInt) {
    return Constant::Double(*narrow + (OneIn(2) ? 0.5 : 0));
  }
  return {own, value};
}

Constant RandomCases::ConstantFor(const Type& type, const std::optional<Literal>& near) {
  if (!near || OneIn(4)) {
    return Respell(type, Value(type));
  }
  // Before midnight there is no time of day.
  return Respell(type, type.id() == TypeId::kTime ? *near : Nudged(*near));
}

Expression RandomCases::Leaf(const Schema& schema, const std::vector<StructValue>& rows) {
  auto leaves = Leaves(schema);
  const NestedField& field = *leaves[Below(static_cast<uint32_t>(leaves.size()))];
  Term term = OneIn(8) ? Column(field.id) : Column(*schema.FindName(field.id));
  TypePtr type = field.type;
  std::optional<Literal> near;
  if (!rows.empty()) {
    for (const auto& [id, value] : rows[Below(static_cast<uint32_t>(rows.size()))].fields) {
      near = id == field.id ? std::optional(value) : near;
    }
  }
  if (OneIn(6)) {
    term.transform = TransformFor(*type);
    if (near) {
      auto transformed = ApplyTransform(*term.transform, *type, *near);
      near = transformed.has_value() ? *transformed : std::nullopt;
    }
    type = term.transform->ResultType(type);
  }
  auto op = static_cast<Operation>(Below(static_cast<uint32_t>(Operation::kNotIn) + 1));
  if (IsPrefix(op) && type->id() != TypeId::kString) {
    op = Operation::kEq;
  }
  if ((op == Operation::kIsNan || op == Operation::kNotNan) && !IsFloating(*type)) {
    op = Operation::kIsNull;
  }
  Predicate predicate{op, std::move(term), {}};
  for (uint32_t count = IsUnary(op) ? 0 : IsSet(op) ? Below(5) : 1; count > 0; --count) {
    predicate.constants.push_back(ConstantFor(*type, near));
  }
  return predicate;
}

Expression RandomCases::Filter(const Schema& schema,
                               const std::vector<StructValue>& rows,
                               int depth) {
  uint32_t choice = depth == 0 ? 9 : Below(10);
  if (choice >= 7) {
    return OneIn(40) ? Expression::True() : Leaf(schema, rows);
  }
  if (choice == 6) {
    return Expression::Not(Filter(schema, rows, depth - 1));
  }
  std::vector<Expression> operands;
  for (uint32_t count = 2 + Below(2); count > 0; --count) {
    operands.push_back(Filter(schema, rows, depth - 1));
  }
  return choice < 3 ? Expression::And(std::move(operands)) : Expression::Or(std::move(operands));
}

}  // namespace firn::iceberg::testing
