#include "table/scan/reader_input.h"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "iceberg/metadata/dropped_columns.h"
#include "iceberg/schema/pruned_column.h"

namespace firn::table {
namespace {

using iceberg::FieldId;
using iceberg::NestedField;

/// What equality deletes compare and the scan's schema has no more.
std::vector<NestedField> DroppedKeys(const ScanPlan& plan) {
  std::set<FieldId> seen;
  std::vector<NestedField> dropped;
  for (const DeleteFileRef& file : plan.deletes().files()) {
    if (file.content() != iceberg::FileContent::kEqualityDeletes ||
        file.manifest->equality_ids.empty()) {
      continue;
    }
    for (FieldId id : file.manifest->equality_ids[file.row]) {
      if (!seen.insert(id).second || plan.schema().FindField(id) != nullptr) {
        continue;
      }
      if (const iceberg::Schema* schema = iceberg::NewestSchemaWith(plan.table(), id)) {
        auto column = iceberg::PrunedColumn(schema->fields(), id);
        if (column) {
          dropped.push_back(*std::move(column));
        }
      }
    }
  }
  return dropped;
}

}  // namespace

Result<columnar::ReadRequest> MakeReadRequest(const ScanPlan& plan,
                                              std::vector<NestedField> columns) {
  columnar::ReadRequest request{.schema = plan.schema(),
                                .columns = std::move(columns),
                                .dropped = DroppedKeys(plan),
                                .name_mapping = std::nullopt};
  const iceberg::PropertyMap& properties = *plan.table().properties;
  if (auto text = properties.find(std::string(kNameMappingProperty)); text != properties.end()) {
    ASSIGN_OR_RETURN(request.name_mapping, iceberg::ParseNameMapping(text->second));
  }
  return request;
}

Result<columnar::FileToRead> FileToReadOf(const ScanPlan& plan, const ScanFile& file) {
  const iceberg::ManifestColumns& columns = *file.tasks->manifest;
  const size_t row = file.file().row;
  const iceberg::PartitionSpec* spec = plan.table().FindSpec(columns.spec_id);
  if (spec == nullptr) {
    return Error(ErrorCode::kInvalidMetadata,
                 fmt::format("A data file is of partition spec {}, which the table does not have",
                             columns.spec_id.value()))
        .With("file", std::string(columns.paths[row]));
  }
  columnar::FileToRead read{.path = std::string(columns.paths[row]),
                            .size_bytes = columns.file_sizes_bytes[row],
                            .spec_id = columns.spec_id,
                            .spec = *spec,
                            .partition = columns.partitions[columns.partition_ids[row]],
                            .first_row_id = iceberg::ValueAt(columns.first_row_ids, row),
                            .sequence_number = std::nullopt};
  if (columns.sequence_numbers[row] != iceberg::kNoSequenceNumber) {
    read.sequence_number = columns.sequence_numbers[row];
  }
  return read;
}

std::vector<columnar::DeleteFile> DeleteFilesOf(const ScanPlan& plan, const ScanFile& file) {
  std::vector<columnar::DeleteFile> deletes;
  for (uint32_t number : file.file().deletes) {
    const DeleteFileRef& ref = plan.deletes().files()[number];
    deletes.push_back({ref.manifest->EntryAt(ref.row).file, ref.manifest->spec_id});
  }
  return deletes;
}

}  // namespace firn::table
