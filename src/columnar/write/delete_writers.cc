#include "columnar/write/delete_writers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <arrow/builder.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/schema/metadata_columns.h"

namespace firn::columnar {
namespace {

using iceberg::FieldId;
using iceberg::NestedField;

constexpr int64_t kBatchRows = 64 << 10;

bool Compares(const std::vector<FieldId>& ids, FieldId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// What of the fields is compared, and counts it.
std::vector<NestedField> Pruned(std::span<const NestedField> fields,
                                const std::vector<FieldId>& ids,
                                size_t& found) {
  std::vector<NestedField> kept;
  for (const NestedField& field : fields) {
    if (Compares(ids, field.id) && field.type->is_primitive()) {
      kept.push_back(field);
      ++found;
    } else if (field.type->is_struct()) {
      std::vector<NestedField> children = Pruned(field.type->fields(), ids, found);
      if (!children.empty()) {
        kept.push_back(field);
        kept.back().type = iceberg::Type::Struct(std::move(children));
      }
    }
  }
  return kept;
}

/// Bounds whole: planning compares paths.
WriteProperties ForDeletes(WriteProperties properties, const iceberg::Schema& schema) {
  properties.bloom_filter_columns.clear();
  properties.metrics.clear();
  for (FieldId id : schema.field_ids()) {
    properties.metrics[id] = {MetricsMode::Kind::kFull, 0};
  }
  return properties;
}

class PositionBatches {
 public:
  PositionBatches(RollingFileWriter& writer, std::shared_ptr<arrow::Schema> schema)
      : writer_(writer), schema_(std::move(schema)) {}

  Status Add(const std::string& path, int64_t position) {
    RETURN_IF_ERROR(ToStatus(paths_.Append(path), ErrorCode::kResourceExhausted));
    RETURN_IF_ERROR(ToStatus(positions_.Append(position), ErrorCode::kResourceExhausted));
    return positions_.length() >= kBatchRows ? Flush() : Status();
  }

  Status Flush() {
    int64_t rows = positions_.length();
    ASSIGN_OR_RETURN(auto paths, ToResult(paths_.Finish(), ErrorCode::kInternal));
    ASSIGN_OR_RETURN(auto positions, ToResult(positions_.Finish(), ErrorCode::kInternal));
    return writer_.Write(*arrow::RecordBatch::Make(schema_, rows, {paths, positions}));
  }

 private:
  RollingFileWriter& writer_;
  std::shared_ptr<arrow::Schema> schema_;
  arrow::StringBuilder paths_;
  arrow::Int64Builder positions_;
};

}  // namespace

Result<std::vector<iceberg::DataFile>> WritePositionDeletes(const FileTarget& target,
                                                            const WriteProperties& properties,
                                                            const iceberg::StructValue& partition,
                                                            const PositionDeletes& deletes) {
  ASSIGN_OR_RETURN(
      iceberg::Schema schema,
      iceberg::Schema::Make(
          iceberg::SchemaId(0),
          {MetadataColumn(kDeleteFilePathColumn), MetadataColumn(kDeletePosColumn)}, {}));
  FileKind kind{.content = iceberg::FileContent::kPositionDeletes, .partition = partition};
  if (deletes.size() == 1) {
    kind.referenced_data_file = deletes.begin()->first;
  }
  RollingFileWriter writer(target, schema, ForDeletes(properties, schema), std::move(kind));
  PositionBatches batches(writer, ArrowSchemaOf(schema));
  for (const auto& [path, positions] : deletes) {
    std::vector<int64_t> sorted = positions;
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    for (int64_t position : sorted) {
      RETURN_IF_ERROR(batches.Add(path, position));
    }
  }
  RETURN_IF_ERROR(batches.Flush());
  return writer.Finish();
}

Result<iceberg::Schema> EqualityDeleteSchema(const iceberg::Schema& schema,
                                             const std::vector<FieldId>& equality_ids) {
  size_t found = 0;
  std::vector<NestedField> fields = Pruned(schema.fields(), equality_ids, found);
  if (equality_ids.empty() || found != equality_ids.size()) {
    return Error(ErrorCode::kInvalidArgument,
                 "Equality deletes compare plain columns of the schema, each once");
  }
  return iceberg::Schema::Make(schema.id(), std::move(fields), {});
}

Result<std::unique_ptr<RollingFileWriter>> MakeEqualityDeleteWriter(
    const FileTarget& target,
    const iceberg::Schema& schema,
    const WriteProperties& properties,
    const iceberg::StructValue& partition,
    const std::vector<FieldId>& equality_ids) {
  ASSIGN_OR_RETURN(iceberg::Schema keys, EqualityDeleteSchema(schema, equality_ids));
  FileKind kind{.content = iceberg::FileContent::kEqualityDeletes,
                .partition = partition,
                .sort_order_id = iceberg::kUnsortedOrderId,
                .equality_ids = equality_ids};
  return std::make_unique<RollingFileWriter>(target, keys, ForDeletes(properties, keys),
                                             std::move(kind));
}

Result<std::vector<iceberg::DataFile>> StoreDeletionVectors(
    const FileTarget& target, std::span<const iceberg::FileDeletes> deletes) {
  std::string path =
      target.locations.LocationOf(target.partition, target.prefix + "-deletes.puffin");
  ASSIGN_OR_RETURN(iceberg::WrittenDeletionVectors written,
                   iceberg::WriteDeletionVectors(deletes, path, "firn 0.1.0"));
  Status stored = target.store.Write(path, written.bytes, storage::WriteMode::kCreateNew);
  if (!stored.has_value()) {
    if (stored.error().code() != ErrorCode::kAlreadyExists) {
      (void)target.store.Delete(path);
    }
    return std::move(stored).error();
  }
  return std::move(written.delete_files);
}

}  // namespace firn::columnar
