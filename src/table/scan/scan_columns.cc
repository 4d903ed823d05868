#include "table/scan/scan_columns.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "columnar/schema/metadata_columns.h"
#include "iceberg/metadata/dropped_columns.h"
#include "iceberg/schema/nearest_fields.h"
#include "iceberg/schema/partition_spec.h"

namespace firn::table {
namespace {

using iceberg::FieldId;
using iceberg::NestedField;
using iceberg::Schema;
using iceberg::Type;

constexpr std::array kComputed = {columnar::kFileColumn,    columnar::kPosColumn,
                                  columnar::kDeletedColumn, columnar::kSpecIdColumn,
                                  columnar::kRowIdColumn,   columnar::kLastUpdatedColumn};
constexpr std::string_view kPartitionName = "_partition";

/// The fields of all specs, the newest of each id that has values: tables of version 1 keep a field
/// that was removed as void, with its id and another type.
iceberg::TypePtr AllPartitionFields(const iceberg::TableMetadata& table, const Schema& schema) {
  std::map<FieldId, NestedField> fields;
  for (const iceberg::PartitionSpec& spec : table.specs) {
    iceberg::TypePtr type = iceberg::PartitionTypeOf(table, spec, schema);
    for (size_t i = 0; i < spec.fields.size(); ++i) {
      const NestedField& field = type->fields()[i];
      if (spec.fields[i].transform.kind() == iceberg::TransformKind::kVoid) {
        fields.try_emplace(field.id, field);
      } else {
        fields.insert_or_assign(field.id, field);
      }
    }
  }
  std::vector<NestedField> ordered;
  for (auto& [id, field] : fields) {
    ordered.push_back(std::move(field));
  }
  return Type::Struct(std::move(ordered));
}

std::optional<NestedField> MetadataColumnNamed(const iceberg::TableMetadata& table,
                                               const Schema& schema,
                                               std::string_view name) {
  if (name == kPartitionName) {
    return columnar::PartitionColumn(AllPartitionFields(table, schema));
  }
  for (FieldId id : kComputed) {
    NestedField column = columnar::MetadataColumn(id);
    if (column.name == name) {
      return column;
    }
  }
  return std::nullopt;
}

/// `field` with what is chosen of it.
NestedField Pruned(const NestedField& field, const std::set<FieldId>& chosen) {
  if (chosen.contains(field.id) || !field.type->is_struct()) {
    return field;
  }
  std::vector<NestedField> kept;
  for (const NestedField& inner : field.type->fields()) {
    NestedField pruned = Pruned(inner, chosen);
    bool holds_more = inner.type->is_nested() && pruned.type->fields().size() > 0;
    if (chosen.contains(inner.id) || holds_more) {
      kept.push_back(std::move(pruned));
    }
  }
  NestedField pruned = field;
  pruned.type = Type::Struct(std::move(kept));
  return pruned;
}

/// What is chosen so far, in order.
class Choice {
 public:
  explicit Choice(const Schema& schema) : schema_(schema) {}

  /// A field of the schema, at any depth: up to the list or map that holds it, if any.
  void Add(FieldId id) {
    FieldId chosen = id;
    FieldId column = id;
    while (auto parent = schema_.FindParent(column)) {
      column = *parent;
      if (!schema_.FindField(column)->type->is_struct()) {
        chosen = column;
      }
    }
    chosen_.insert(chosen);
    AddColumn(*schema_.FindField(column));
  }
  void AddColumn(const NestedField& column) {
    bool is_new = std::ranges::none_of(columns_, [&](const auto& c) { return c.id == column.id; });
    if (is_new) {
      columns_.push_back(column);
    }
  }

  std::vector<NestedField> columns() const {
    std::vector<NestedField> pruned;
    for (const NestedField& column : columns_) {
      bool computed = schema_.FindField(column.id) == nullptr;
      pruned.push_back(computed ? column : Pruned(column, chosen_));
    }
    return pruned;
  }

 private:
  const Schema& schema_;
  std::set<FieldId> chosen_;
  std::vector<NestedField> columns_;
};

Error NoSuchColumn(const std::string& name, const Schema& schema) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("Column does not exist: {}{}", name,
                                                        iceberg::NearestFieldsHint(name, schema)));
}

}  // namespace

Result<std::vector<NestedField>> SelectColumns(const iceberg::TableMetadata& table,
                                               const Schema& schema,
                                               std::span<const std::string> names,
                                               iceberg::NameCase names_case) {
  if (names.empty()) {
    return std::vector<NestedField>(schema.fields().begin(), schema.fields().end());
  }
  Choice choice(schema);
  for (const std::string& name : names) {
    const NestedField* field = names_case == iceberg::NameCase::kSensitive
                                   ? schema.FindField(std::string_view(name))
                                   : schema.FindFieldIgnoringCase(name);
    if (field != nullptr) {
      choice.Add(field->id);
    } else if (auto computed = MetadataColumnNamed(table, schema, name)) {
      choice.AddColumn(*computed);
    } else {
      return NoSuchColumn(name, schema);
    }
  }
  return choice.columns();
}

}  // namespace firn::table
