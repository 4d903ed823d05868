#include "iceberg/expression/pruning/testing/random_files.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "iceberg/expression/literal_conversion.h"
#include "iceberg/expression/literal_order.h"
#include "iceberg/schema/civil_time.h"
#include "iceberg/schema/literal_binary.h"
#include "iceberg/schema/transform_value.h"

namespace firn::iceberg::testing {
namespace {

/// One less; the least value stays.
template <class Int>
Int Before(Int value) {
  return value == std::numeric_limits<Int>::min() ? value : value - 1;
}

std::optional<Literal> ValueOf(const StructValue& row, FieldId id) {
  auto found = std::find_if(row.fields.begin(), row.fields.end(),
                            [id](const auto& field) { return field.first == id; });
  return found == row.fields.end() ? std::nullopt : std::optional(found->second);
}

bool CanBeNarrow(TypeId id) {
  return id == TypeId::kLong || id == TypeId::kDouble || id == TypeId::kTimestamp;
}

/// The value as its column had it before the promotion to `type`; made to fit.
Literal Narrowed(const Type& type, const Literal& value) {
  if (const auto* real = value.As<double>()) {
    return Literal(static_cast<float>(*real));
  }
  int64_t wide = *value.As<int64_t>();
  if (type.id() == TypeId::kTimestamp) {
    return Literal(static_cast<int32_t>(wide / kMicrosPerDay));
  }
  return Literal(static_cast<int32_t>(std::clamp(wide, int64_t{std::numeric_limits<int32_t>::min()},
                                                 int64_t{std::numeric_limits<int32_t>::max()})));
}

/// Java's order of UUIDs: halves as signed numbers.
bool JavaLess(const Literal& a, const Literal& b) {
  auto flip = [](const Literal& literal) {
    auto bytes = literal.As<Uuid>()->bytes();
    bytes[0] ^= 0x80;
    bytes[8] ^= 0x80;
    return bytes;
  };
  return flip(a) < flip(b);
}

/// The least and the greatest.
std::pair<Literal, Literal> Extremes(const std::vector<Literal>& values, bool java_order) {
  auto less = [java_order](const Literal& a, const Literal& b) {
    return java_order && a.As<Uuid>() != nullptr ? JavaLess(a, b) : LiteralLess()(a, b);
  };
  auto [least, greatest] = std::minmax_element(values.begin(), values.end(), less);
  return {*least, *greatest};
}

/// A text not less than all that start with `text`; nullopt where there is none.
std::optional<std::string> Raised(std::string text) {
  // 'a' and 'b' have successors of one byte; other letters of the domain are left alone.
  while (!text.empty() && (static_cast<unsigned char>(text.back()) >= 0x7E)) {
    text.pop_back();
  }
  if (text.empty()) {
    return std::nullopt;
  }
  ++text.back();
  return text;
}

}  // namespace

PartitionSpec RandomFiles::NewSpec() {
  PartitionSpec spec;
  auto leaves = RandomCases::Leaves(schema_);
  for (uint32_t count = cases_.Below(4); count > 0; --count) {
    const NestedField& source = *leaves[cases_.Below(static_cast<uint32_t>(leaves.size()))];
    Transform transform = cases_.TransformFor(*source.type);
    if (cases_.OneIn(12)) {
      transform =
          cases_.OneIn(2) ? Transform::Plain(TransformKind::kVoid) : *Transform::Parse("zorder");
    }
    auto index = static_cast<int32_t>(spec.fields.size());
    spec.fields.push_back({source.id, FieldId(kFirstPartitionFieldId.value() + index),
                           fmt::format("p{}", index), transform});
  }
  return spec;
}

RandomFiles::Writer RandomFiles::NewWriter() {
  Writer writer;
  for (const NestedField* leaf : RandomCases::Leaves(schema_)) {
    if (CanBeNarrow(leaf->type->id()) && cases_.OneIn(3)) {
      writer.narrow.push_back(leaf->id);
    }
  }
  writer.rounds_up = cases_.OneIn(4);
  writer.java_uuid_order = cases_.OneIn(2);
  writer.skips_null_structs = cases_.OneIn(2);
  writer.left_out = cases_.OneIn(2) ? 0 : cases_.Below(6);
  return writer;
}

bool RandomFiles::IsNarrow(const Writer& writer, FieldId id) const {
  return std::find(writer.narrow.begin(), writer.narrow.end(), id) != writer.narrow.end();
}

StructValue RandomFiles::NewRow(const Writer& writer, const PartitionSpec& spec) {
  while (true) {
    StructValue row = cases_.Row(schema_);
    for (auto& [id, value] : row.fields) {
      if (IsNarrow(writer, id)) {
        value = Narrowed(*schema_.FindField(id)->type, value);
      }
    }
    bool has_tuple =
        std::all_of(spec.fields.begin(), spec.fields.end(), [&](const PartitionField& field) {
          const Type& type = *schema_.FindField(field.source_id)->type;
          auto value = ValueOf(row, field.source_id);
          return !value || field.transform.kind() == TransformKind::kUnknown ||
                 ApplyTransform(field.transform, type, Promote(type, *value)).has_value();
        });
    if (has_tuple) {
      return row;
    }
  }
}

StructValue RandomFiles::Tuple(const Writer& writer,
                               const PartitionSpec& spec,
                               const StructValue& row) {
  StructValue tuple;
  for (const PartitionField& field : spec.fields) {
    auto value = ValueOf(row, field.source_id);
    if (!value || field.transform.kind() == TransformKind::kUnknown) {
      continue;
    }
    if (field.transform.kind() == TransformKind::kIdentity) {
      tuple.fields.emplace_back(field.field_id, *value);
      continue;
    }
    const Type& type = *schema_.FindField(field.source_id)->type;
    Literal promoted = Promote(type, *value);
    auto result = ApplyTransform(field.transform, type, promoted);
    if (!*result) {
      continue;  // void
    }
    Literal partition = **result;
    const auto* ordinal = partition.As<int32_t>();
    bool is_time = field.transform.kind() >= TransformKind::kYear &&
                   field.transform.kind() <= TransformKind::kHour;
    bool exact = type.id() == TypeId::kDate && field.transform.kind() == TransformKind::kDay;
    if (writer.rounds_up && is_time && !exact && *ordinal < 0) {
      // Towards zero, unless the value lies on the boundary.
      Literal before = type.id() == TypeId::kDate ? Literal(Before(*promoted.As<int32_t>()))
                                                  : Literal(Before(*promoted.As<int64_t>()));
      auto previous = ApplyTransform(field.transform, type, before);
      if (previous.has_value() && **previous == partition) {
        partition = Literal(*ordinal + 1);
      }
    }
    if (IsNarrow(writer, field.source_id) && type.id() == TypeId::kLong &&
        field.transform.kind() == TransformKind::kTruncate) {
      partition = **ApplyTransform(field.transform, *Type::Plain(TypeId::kInt), *value);
    }
    tuple.fields.emplace_back(field.field_id, std::move(partition));
  }
  return tuple;
}

TestFile RandomFiles::NewFile(const Writer& writer, const PartitionSpec& spec) {
  TestFile file;
  file.entry.status = EntryStatus::kAdded;
  file.rows.push_back(NewRow(writer, spec));
  DataFile& data = file.entry.file;
  data.partition = Tuple(writer, spec, file.rows[0]);
  for (uint32_t tries = cases_.Below(12); tries > 0; --tries) {
    StructValue row = NewRow(writer, spec);
    if (Tuple(writer, spec, row) == data.partition) {
      file.rows.push_back(std::move(row));
    }
  }
  data.record_count = cases_.OneIn(15) ? -1 : static_cast<int64_t>(file.rows.size());
  for (const NestedField* leaf : RandomCases::Leaves(schema_)) {
    AddMetrics(writer, *leaf, file);
  }
  return file;
}

void RandomFiles::AddMetrics(const Writer& writer, const NestedField& field, TestFile& file) {
  DataFile& data = file.entry.file;
  int64_t counted = 0;
  int64_t nulls = 0;
  int64_t nans = 0;
  std::vector<Literal> ordinary;
  auto parent = schema_.FindParent(field.id);
  for (const StructValue& row : file.rows) {
    if (parent && writer.skips_null_structs && !ValueOf(row, *parent)) {
      continue;
    }
    ++counted;
    auto value = ValueOf(row, field.id);
    nulls += value ? 0 : 1;
    nans += value && IsNan(*value) ? 1 : 0;
    if (value && !IsNan(*value)) {
      ordinary.push_back(*value);
    }
  }
  auto add = [&](int64_t count, CountsByField& counts) {
    if (!LeavesOut(writer)) {
      counts.emplace_back(field.id, count);
    }
  };
  add(counted, data.value_counts);
  add(nulls, data.null_value_counts);
  if (IsFloating(*field.type)) {
    add(nans, data.nan_value_counts);
  }
  AddBounds(writer, field, std::move(ordinary), data);
}

void RandomFiles::AddBounds(const Writer& writer,
                            const NestedField& field,
                            std::vector<Literal> values,
                            DataFile& file) {
  if (IsFloating(*field.type) && cases_.OneIn(10)) {
    // What ORC says where the first value is NaN.
    Literal nan = IsNarrow(writer, field.id) || field.type->id() == TypeId::kFloat
                      ? Literal(std::nanf(""))
                      : Literal(std::nan(""));
    file.lower_bounds.emplace_back(field.id, EncodeLiteral(nan));
    file.upper_bounds.emplace_back(field.id, EncodeLiteral(nan));
    return;
  }
  if (values.empty()) {
    return;
  }
  auto [least, greatest] = Extremes(values, writer.java_uuid_order);
  std::optional<Literal> lower = least;
  std::optional<Literal> upper = greatest;
  if (field.type->id() == TypeId::kString && cases_.OneIn(2)) {
    auto width = static_cast<int32_t>(1 + cases_.Below(3));
    lower = *ApplyTransform(Transform::Truncate(width), *field.type, least);
    auto cut = *ApplyTransform(Transform::Truncate(width), *field.type, greatest);
    if (*cut != greatest) {
      auto raised = Raised(*cut->As<std::string>());
      upper = raised ? std::optional(Literal(*raised)) : std::nullopt;
    }
  }
  auto add = [&](const std::optional<Literal>& bound, BoundsByField& bounds) {
    if (bound && !LeavesOut(writer)) {
      std::string bytes = EncodeLiteral(*bound);
      bool sized = field.type->id() != TypeId::kString && field.type->id() != TypeId::kBinary &&
                   field.type->id() != TypeId::kFixed && field.type->id() != TypeId::kDecimal;
      bounds.emplace_back(field.id, sized && cases_.OneIn(25) ? bytes + "xyz" : bytes);
    }
  };
  add(lower, file.lower_bounds);
  add(upper, file.upper_bounds);
}

FieldSummary RandomFiles::Summarise(const Writer& writer,
                                    const PartitionField& field,
                                    const std::vector<TestFile>& files) {
  FieldSummary summary;
  bool nan = false;
  std::vector<Literal> ordinary;
  for (const TestFile& file : files) {
    auto value = ValueOf(file.entry.file.partition, field.field_id);
    summary.contains_null = summary.contains_null || !value;
    nan = nan || (value && IsNan(*value));
    if (value && !IsNan(*value)) {
      ordinary.push_back(*value);
    }
  }
  if (!cases_.OneIn(4)) {
    summary.contains_nan = nan;
  }
  if (!ordinary.empty()) {
    auto [least, greatest] = Extremes(ordinary, writer.java_uuid_order);
    summary.lower_bound = EncodeLiteral(least);
    summary.upper_bound = EncodeLiteral(greatest);
  }
  return summary;
}

TestManifest RandomFiles::NewManifest(const PartitionSpec& spec) {
  TestManifest result;
  result.spec = spec;
  Writer writer = NewWriter();
  for (uint32_t count = 1 + cases_.Below(8); count > 0; --count) {
    result.files.push_back(NewFile(writer, spec));
  }
  if (!cases_.OneIn(10)) {
    result.manifest.partitions.emplace();
    for (const PartitionField& field : spec.fields) {
      result.manifest.partitions->push_back(Summarise(writer, field, result.files));
    }
  }
  return result;
}

}  // namespace firn::iceberg::testing
