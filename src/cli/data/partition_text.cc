#include "cli/data/partition_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "iceberg/metadata/dropped_columns.h"
#include "iceberg/schema/literal_json.h"
#include "iceberg/schema/partition_spec.h"

namespace firn::cli {
namespace {

/// So that no two partitions are written alike: what separates is encoded, and a text that reads as
/// null does is quoted.
std::string Escaped(const std::string& text) {
  std::string escaped;
  for (char c : text) {
    bool separates = c == '/' || c == '=' || c == '%' || c == '"';
    escaped +=
        separates ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return escaped == "null" ? "\"null\"" : escaped;
}

/// The value's JSON form, text without its quotes. A number may be of the narrower type that its
/// column had when the file was written.
std::string TextOf(const iceberg::Type& type, const iceberg::Literal& value) {
  if (const auto* number = value.As<int32_t>();
      number != nullptr && type.id() == iceberg::TypeId::kLong) {
    return std::to_string(*number);
  }
  if (const auto* real = value.As<float>()) {
    return fmt::format("{}", *real);
  }
  if (const auto* real = value.As<double>()) {
    return fmt::format("{}", *real);
  }
  std::string text;
  JsonWriter out(text);
  iceberg::AppendLiteral(type, value, out);
  if (const auto* words = value.As<std::string>()) {
    return Escaped(*words);
  }
  bool quoted = text.size() >= 2 && text.front() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

std::string PartitionText(const iceberg::TableMetadata& table,
                          iceberg::SpecId spec_id,
                          const iceberg::StructValue& partition) {
  const iceberg::PartitionSpec* spec = table.FindSpec(spec_id);
  if (spec == nullptr) {
    return {};
  }
  std::string text;
  iceberg::TypePtr type = iceberg::PartitionTypeOf(table, *spec, table.current_schema());
  for (const iceberg::NestedField& field : type->fields()) {
    auto value =
        std::ranges::find(partition.fields, field.id, [](const auto& pair) { return pair.first; });
    text += text.empty() ? "" : "/";
    text += field.name + "=";
    text += value == partition.fields.end() ? "null" : TextOf(*field.type, value->second);
  }
  return text;
}

}  // namespace firn::cli
