#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/uuid.h"
#include "iceberg/metadata/list_items_internal.h"
#include "iceberg/metadata/string_map_internal.h"
#include "iceberg/metadata/table_metadata_builder_internal.h"
#include "iceberg/metadata/table_metadata_rules_internal.h"
#include "iceberg/metadata/update_rules_internal.h"

namespace firn::iceberg {
namespace {

auto IsOf(SnapshotId id) {
  return [id](const auto& file) { return file.snapshot_id == id; };
}

}  // namespace

TableMetadataBuilder::TableMetadataBuilder(TableMetadataPtr base,
                                           FormatVersion initial_version,
                                           const ApplyContext& context)
    : base_(std::move(base)), context_(context) {
  if (base_) {
    next_ = *base_;
    return;
  }
  next_.format_version = initial_version;
  properties_.emplace();
}

Status TableMetadataBuilder::Apply(const AssignUuid& update) {
  if (EqualsIgnoringCase(update.uuid, next_.uuid)) {
    return {};
  }
  if (update.uuid.empty()) {
    return InvalidArgument("Cannot set uuid to null");
  }
  if (base_ && !base_->uuid.empty()) {
    return InvalidArgument("Cannot reassign uuid");
  }
  next_.uuid = update.uuid;
  changed_ = true;
  return {};
}

Status TableMetadataBuilder::Apply(const UpgradeFormatVersion& update) {
  if (update.format_version > kMaxFormatVersion) {
    return InvalidArgument(
        fmt::format("Cannot upgrade table to unsupported format version: v{} (supported: v{})",
                    update.format_version, kMaxFormatVersion));
  }
  if (update.format_version < next_.format_version) {
    return InvalidArgument(fmt::format("Cannot downgrade v{} table to v{}", next_.format_version,
                                       update.format_version));
  }
  changed_ = changed_ || update.format_version != next_.format_version;
  next_.format_version = update.format_version;
  return {};
}

Status TableMetadataBuilder::Apply(const SetLocation& update) {
  if (update.location.empty()) {
    return InvalidArgument("path must not be null or empty");
  }
  if (update.location != next_.location) {
    next_.location = StripTrailingSlash(update.location);
    changed_ = true;
  }
  return {};
}

Status TableMetadataBuilder::Apply(const SetProperties& update) {
  if (update.updates.empty()) {
    return {};
  }
  PropertyMap& properties = MutableProperties();
  for (const auto& [name, value] : update.updates) {
    properties.insert_or_assign(name, value);
  }
  changed_ = true;
  return {};
}

Status TableMetadataBuilder::Apply(const RemoveProperties& update) {
  if (update.removals.empty()) {
    return {};
  }
  PropertyMap& properties = MutableProperties();
  for (const std::string& name : update.removals) {
    properties.erase(name);
  }
  changed_ = true;
  return {};
}

Status TableMetadataBuilder::Apply(const SetStatistics& update) {
  RETURN_IF_ERROR(CheckNewStatistics(update.file));
  next_.statistics.RemoveIf(IsOf(update.file.snapshot_id));
  Add(next_.statistics, update.file);
  changed_ = true;
  return {};
}

Status TableMetadataBuilder::Apply(const RemoveStatistics& update) {
  changed_ = next_.statistics.RemoveIf(IsOf(update.snapshot_id)) > 0 || changed_;
  return {};
}

Status TableMetadataBuilder::Apply(const SetPartitionStatistics& update) {
  RETURN_IF_ERROR(CheckNewStatistics(update.file));
  next_.partition_statistics.RemoveIf(IsOf(update.file.snapshot_id));
  Add(next_.partition_statistics, update.file);
  changed_ = true;
  return {};
}

Status TableMetadataBuilder::Apply(const RemovePartitionStatistics& update) {
  changed_ = next_.partition_statistics.RemoveIf(IsOf(update.snapshot_id)) > 0 || changed_;
  return {};
}

Status TableMetadataBuilder::Apply(const AddEncryptionKey& update) {
  auto same = [&update](const EncryptedKey& key) { return key.key_id == update.key.key_id; };
  if (next_.encryption_keys.FindLast(same) == nullptr) {
    Add(next_.encryption_keys, update.key);
    changed_ = true;
  }
  return {};
}

Status TableMetadataBuilder::Apply(const RemoveEncryptionKey& update) {
  auto same = [&update](const EncryptedKey& key) { return key.key_id == update.key_id; };
  changed_ = next_.encryption_keys.RemoveIf(same) > 0 || changed_;
  return {};
}

PropertyMap& TableMetadataBuilder::MutableProperties() {
  if (!properties_) {
    properties_ = *next_.properties;
  }
  return *properties_;
}

void TableMetadataBuilder::PrintProperties() {
  if (!properties_) {
    return;
  }
  std::string text;
  JsonWriter out(text);
  AppendStringMap(*properties_, out);
  next_.properties = Printed<PropertyMap>(*std::move(properties_), std::move(text));
  properties_.reset();
}

Status TableMetadataBuilder::AddPreviousFile() {
  if (!base_ || context_.base_metadata_location.empty()) {
    return {};
  }
  ASSIGN_OR_RETURN(int32_t configured, IntProperty(*next_.properties, kPreviousVersionsMaxProperty,
                                                   kPreviousVersionsMaxDefault));
  auto most = static_cast<size_t>(std::max(configured, 1));
  size_t size = next_.metadata_log.size();
  if (size >= most) {
    next_.metadata_log.RemoveFirst(size - most + 1);
  }
  Add(next_.metadata_log,
      MetadataLogEntry{base_->last_updated, std::string(context_.base_metadata_location)});
  return {};
}

Result<TableMetadataPtr> TableMetadataBuilder::Build() {
  if (base_ && !changed_) {
    return base_;
  }
  if (next_.uuid.empty() && !base_) {
    next_.uuid = Uuid::Random().ToString();
  }
  RETURN_IF_ERROR(CheckNoRefLost());
  next_.last_updated = context_.now;
  if (properties_) {
    RETURN_IF_ERROR(CheckPropertiesSize(*properties_));
  }
  PrintProperties();
  RETURN_IF_ERROR(ValidateBasics(next_));
  RETURN_IF_ERROR(CheckSchemaChange());
  if (structure_changed_) {
    RETURN_IF_ERROR(CheckCompatibility(next_.default_spec(), next_.current_schema()));
    RETURN_IF_ERROR(CheckCompatibility(next_.default_sort_order(), next_.current_schema()));
  }
  RETURN_IF_ERROR(AddPreviousFile());
  RETURN_IF_ERROR(FinishSnapshotLog());
  SealLists(next_);
  RETURN_IF_ERROR(ValidateLogEnds(next_, log_entries_to_check_));
  return std::make_shared<const TableMetadata>(std::move(next_));
}

}  // namespace firn::iceberg
