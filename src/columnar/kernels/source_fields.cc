#include <algorithm>
#include <utility>

#include "columnar/kernels/projection.h"
#include "columnar/schema/arrow_type.h"

namespace firn::columnar {
namespace {

SourceField SourceFieldOf(const arrow::Field& field) {
  SourceField source{field.name(), FieldIdOf(field), field.type(), {}, -1};
  arrow::FieldVector children = field.type()->fields();
  if (field.type()->id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(*field.type());
    children = {map.key_field(), map.item_field()};
  }
  source.children = SourceFieldsOf(children);
  return source;
}

void Map(const std::vector<iceberg::MappedField>& mapping, std::vector<SourceField>& fields) {
  for (SourceField& field : fields) {
    auto found = std::find_if(mapping.begin(), mapping.end(), [&](const auto& mapped) {
      return std::find(mapped.names.begin(), mapped.names.end(), field.name) != mapped.names.end();
    });
    if (found == mapping.end()) {
      continue;
    }
    field.id = found->id;
    // What files call the parts of lists and maps differs.
    arrow::Type::type kind = field.type->id();
    if (kind == arrow::Type::MAP && field.children.size() == 2) {
      field.children[0].name = "key";
      field.children[1].name = "value";
    } else if (kind != arrow::Type::STRUCT && field.children.size() == 1) {
      field.children[0].name = "element";
    }
    Map(found->fields, field.children);
  }
}

}  // namespace

std::vector<SourceField> SourceFieldsOf(const arrow::FieldVector& fields) {
  std::vector<SourceField> sources;
  for (const auto& field : fields) {
    sources.push_back(SourceFieldOf(*field));
  }
  return sources;
}

bool AnyIds(std::span<const SourceField> fields) {
  return std::any_of(fields.begin(), fields.end(), [](const SourceField& field) {
    return field.id.has_value() || AnyIds(field.children);
  });
}

void ApplyNameMapping(const iceberg::NameMapping& mapping, std::vector<SourceField>& fields) {
  Map(mapping.fields, fields);
}

}  // namespace firn::columnar
