#include <algorithm>
#include <utility>

#include "iceberg/metadata/dropped_columns.h"
#include "storage/location.h"
#include "table/commit/manifest_output_internal.h"

namespace firn::table {
namespace {

constexpr std::string_view kTargetSizeProperty = "commit.manifest.target-size-bytes";
constexpr int32_t kTargetSizeDefault = 8 * 1024 * 1024;

}  // namespace

Result<ManifestOutput> ManifestOutput::Make(iceberg::TableMetadataPtr table,
                                            iceberg::SnapshotId snapshot) {
  ManifestOutput output;
  auto folder = table->FindProperty(iceberg::kMetadataPathProperty);
  output.folder_ = folder.has_value() && !folder->empty()
                       ? std::string(storage::TrimTrailingSlashes(*folder))
                       : storage::JoinLocation(table->location, "metadata");
  ASSIGN_OR_RETURN(int32_t target, iceberg::IntProperty(*table->properties, kTargetSizeProperty,
                                                        kTargetSizeDefault));
  output.target_bytes_ = static_cast<size_t>(std::max(target, 1));
  output.table_ = std::move(table);
  output.snapshot_ = snapshot;
  return output;
}

Result<iceberg::ManifestWriterOptions> ManifestOutput::Options(
    iceberg::SpecId spec, iceberg::ManifestContent content) const {
  const iceberg::PartitionSpec* found = table_->FindSpec(spec);
  if (found == nullptr) {
    return Error(ErrorCode::kInvalidArgument,
                 "The table has no partition spec " + std::to_string(spec.value()));
  }
  return iceberg::ManifestWriterOptions{
      .format_version = table_->format_version,
      .content = content,
      .schema = table_->current_schema(),
      .spec = *found,
      .partition_type = iceberg::PartitionTypeOf(*table_, *found, table_->current_schema()),
      .snapshot_id = snapshot_,
      .compression = compression_};
}

Result<iceberg::ManifestWriter> ManifestOutput::Writer(iceberg::SpecId spec,
                                                       iceberg::ManifestContent content) const {
  ASSIGN_OR_RETURN(iceberg::ManifestWriterOptions options, Options(spec, content));
  return iceberg::ManifestWriter::Make(options);
}

Result<iceberg::RollingManifestWriter> ManifestOutput::RollingWriter(
    iceberg::SpecId spec, iceberg::ManifestContent content) const {
  ASSIGN_OR_RETURN(iceberg::ManifestWriterOptions options, Options(spec, content));
  return iceberg::RollingManifestWriter(std::move(options), target_bytes_);
}

}  // namespace firn::table
