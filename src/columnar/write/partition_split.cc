#include "columnar/write/partition_split.h"

#include <cstdint>
#include <unordered_map>
#include <utility>

#include <arrow/array.h>
#include <fmt/format.h>

#include "columnar/kernels/field_path.h"
#include "columnar/kernels/literal_array.h"
#include "columnar/kernels/row_hash.h"
#include "columnar/kernels/transform_array.h"
#include "columnar/schema/arrow_type.h"

namespace firn::columnar {
namespace {

using iceberg::NestedField;

}  // namespace

Result<PartitionSplit> PartitionSplit::Make(const iceberg::PartitionSpec& spec,
                                            const iceberg::Schema& schema) {
  PartitionSplit split;
  auto arrow_schema = ArrowSchemaOf(schema);
  for (const iceberg::PartitionField& field : spec.fields) {
    if (field.transform.kind() == iceberg::TransformKind::kVoid) {
      continue;
    }
    const NestedField* source = schema.FindField(field.source_id);
    std::vector<int> path = PathTo(arrow_schema->fields(), field.source_id);
    if (source == nullptr || path.empty()) {
      return Error(
          ErrorCode::kInvalidArgument,
          fmt::format("The column of partition field {} is not in the schema", field.name));
    }
    split.fields_.push_back({field.field_id, field.transform, source->type,
                             field.transform.ResultType(source->type), std::move(path)});
  }
  return split;
}

Result<std::vector<PartitionRows>> PartitionSplit::Split(const arrow::RecordBatch& batch) const {
  arrow::ArrayVector keys;
  for (const Field& field : fields_) {
    ASSIGN_OR_RETURN(auto column, ColumnAt(batch, field.path));
    ASSIGN_OR_RETURN(
        auto key, TransformArray(field.transform, field.source_type, column, OutOfRange::kRefuse));
    keys.push_back(std::move(key));
  }
  std::vector<uint64_t> hashes = HashRows(keys, batch.num_rows());
  std::unordered_multimap<uint64_t, size_t> known;
  std::vector<std::vector<int64_t>> groups;
  size_t last = 0;
  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    uint64_t hash = hashes[static_cast<size_t>(row)];
    // Rows often come in runs of one partition.
    bool same = row > 0 && hash == hashes[static_cast<size_t>(row) - 1] &&
                SameRow(keys, row - 1, keys, row);
    if (!same) {
      last = groups.size();
      auto [begin, end] = known.equal_range(hash);
      for (auto at = begin; at != end; ++at) {
        if (SameRow(keys, groups[at->second].front(), keys, row)) {
          last = at->second;
        }
      }
      if (last == groups.size()) {
        known.emplace(hash, last);
        groups.emplace_back();
      }
    }
    groups[last].push_back(row);
  }
  std::vector<PartitionRows> parts;
  for (std::vector<int64_t>& rows : groups) {
    PartitionRows part;
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (auto value = LiteralAt(*keys[i], *fields_[i].result_type, rows.front())) {
        part.partition.fields.emplace_back(fields_[i].id, *std::move(value));
      }
    }
    part.rows = std::move(rows);
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace firn::columnar
