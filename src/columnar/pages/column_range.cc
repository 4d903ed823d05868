#include "columnar/pages/column_range.h"

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include <parquet/statistics.h>

#include "columnar/schema/arrow_type.h"

namespace firn::columnar {
namespace {

using iceberg::BoundTerm;
using iceberg::Literal;
using iceberg::TypeId;

const SourceField* FindLeaf(const std::vector<SourceField>& fields, iceberg::FieldId id) {
  for (const SourceField& field : fields) {
    if (field.id == id) {
      return field.leaf >= 0 ? &field : nullptr;
    }
    if (field.type->id() == arrow::Type::STRUCT) {
      if (const SourceField* found = FindLeaf(field.children, id)) {
        return found;
      }
    }
  }
  return nullptr;
}

bool SameMeaning(const arrow::DataType& file, const iceberg::Type& table) {
  auto wanted = ArrowTypeOf(table);
  if (file.Equals(*wanted)) {
    return true;
  }
  switch (table.id()) {
    case TypeId::kLong:
      return file.id() == arrow::Type::INT32;
    case TypeId::kDouble:
      return file.id() == arrow::Type::FLOAT;
    case TypeId::kTimestamp:
    case TypeId::kTimestampNs:
      return file.id() == arrow::Type::DATE32;
    case TypeId::kDecimal:
      return file.id() == arrow::Type::DECIMAL128 &&
             static_cast<const arrow::DecimalType&>(file).scale() == table.scale();
    default:
      return false;
  }
}

template <class Int>
std::optional<Literal> DecimalOf(std::string_view bytes, int32_t scale) {
  Int value;
  if (bytes.size() != sizeof(value)) {
    return std::nullopt;
  }
  std::memcpy(&value, bytes.data(), sizeof(value));
  return Literal(iceberg::Decimal{value, scale});
}

std::optional<Literal> BoundOf(const iceberg::Type& type,
                               parquet::Type::type physical,
                               std::string_view bytes) {
  if (type.id() == TypeId::kDecimal && physical == parquet::Type::INT32) {
    return DecimalOf<int32_t>(bytes, type.scale());
  }
  if (type.id() == TypeId::kDecimal && physical == parquet::Type::INT64) {
    return DecimalOf<int64_t>(bytes, type.scale());
  }
  return iceberg::DecodeBound(type, bytes);
}

}  // namespace

const SourceField* ComparableLeaf(const std::vector<SourceField>& fields, const BoundTerm& term) {
  const SourceField* leaf = FindLeaf(fields, term.field_id);
  return leaf != nullptr && SameMeaning(*leaf->type, *term.source_type) ? leaf : nullptr;
}

iceberg::ValueRange RangeOfStored(const BoundTerm& term,
                                  parquet::Type::type physical,
                                  const iceberg::ValueCounts& counts,
                                  const std::optional<StoredBounds>& bounds) {
  iceberg::ValueRange range;
  range.presence = iceberg::PresenceOf(term, counts);
  if (bounds) {
    range.lower = BoundOf(*term.source_type, physical, bounds->lower);
    range.upper = BoundOf(*term.source_type, physical, bounds->upper);
  }
  return iceberg::TermRange(term, std::move(range));
}

iceberg::ValueRange RangeInGroup(const BoundTerm& term,
                                 const parquet::RowGroupMetaData& group,
                                 int leaf) {
  auto chunk = group.ColumnChunk(leaf);
  auto statistics = chunk->statistics();
  iceberg::ValueCounts counts{.records = group.num_rows(), .values = chunk->num_values()};
  if (statistics != nullptr && statistics->HasNullCount()) {
    counts.nulls = statistics->null_count();
  }
  if (statistics == nullptr || !statistics->HasMinMax()) {
    return RangeOfStored(term, chunk->type(), counts, std::nullopt);
  }
  std::string lower = statistics->EncodeMin();
  std::string upper = statistics->EncodeMax();
  return RangeOfStored(term, chunk->type(), counts, StoredBounds{lower, upper});
}

}  // namespace firn::columnar
