#include "iceberg/metadata/new_table.h"

#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "iceberg/metadata/apply_updates.h"
#include "iceberg/schema/fresh_ids.h"

namespace firn::iceberg {
namespace {

constexpr std::string_view kMetricsColumnPrefix = "write.metadata.metrics.column.";
constexpr std::array<std::string_view, 4> kCommitProperties{
    "commit.retry.num-retries",
    "commit.retry.min-wait-ms",
    "commit.retry.max-wait-ms",
    "commit.retry.total-timeout-ms",
};
constexpr std::array<std::string_view, 2> kEncryptionProperties{
    "encryption.key-id",
    "encryption.data-key-length",
};

Status CheckCommitProperties(const PropertyMap& properties) {
  for (std::string_view name : kCommitProperties) {
    ASSIGN_OR_RETURN(int32_t value, IntProperty(properties, name, 0));
    if (value < 0) {
      return InvalidArgument(
          fmt::format("Table property {} must have non negative integer value", name));
    }
  }
  return {};
}

Status CheckMetricsColumns(const PropertyMap& properties, const Schema& schema) {
  for (const auto& [name, value] : properties) {
    if (!name.starts_with(kMetricsColumnPrefix)) {
      continue;
    }
    std::string_view column = std::string_view(name).substr(kMetricsColumnPrefix.size());
    if (schema.FindField(column) == nullptr) {
      return InvalidArgument(fmt::format(
          "Invalid metrics config, could not find column {} from table prop {} in schema", column,
          name));
    }
  }
  return {};
}

Status CheckEncryption(const PropertyMap& properties, FormatVersion version) {
  for (std::string_view name : kEncryptionProperties) {
    if (version < 3 && properties.contains(std::string(name))) {
      return InvalidArgument(fmt::format("Invalid properties for v{}: [{}]", version, name));
    }
  }
  return {};
}

Result<FieldId> Rebind(FieldId source, const Schema& from, const Schema& to) {
  const std::string* name = from.FindName(source);
  if (name == nullptr) {
    return InvalidArgument(fmt::format("Cannot find source column: {}", source.value()));
  }
  return to.FindField(*name)->id;
}

/// The spec on the new column ids, its fields numbered anew.
Result<UnboundPartitionSpec> RebindSpec(const UnboundPartitionSpec& spec,
                                        const Schema& from,
                                        const Schema& to) {
  RETURN_IF_ERROR(BindSpec(spec, from));
  UnboundPartitionSpec rebound;
  for (const UnboundPartitionField& field : spec.fields) {
    ASSIGN_OR_RETURN(FieldId source, Rebind(field.source_id, from, to));
    rebound.fields.push_back({source, std::nullopt, field.name, field.transform});
  }
  return rebound;
}

Result<SortOrder> RebindOrder(const SortOrder& order, const Schema& from, const Schema& to) {
  RETURN_IF_ERROR(CheckCompatibility(order, from));
  SortOrder rebound = order;
  for (SortField& field : rebound.fields) {
    ASSIGN_OR_RETURN(field.source_id, Rebind(field.source_id, from, to));
  }
  return rebound;
}

/// What is stored: the request's properties without the reserved ones, over the defaults that only
/// new tables get.
PropertyMap StoredProperties(const PropertyMap& requested) {
  PropertyMap stored;
  stored.emplace(kParquetCompressionProperty, kParquetCompressionDefault);
  for (const auto& [name, value] : requested) {
    if (!IsReservedProperty(name)) {
      stored.insert_or_assign(name, value);
    }
  }
  return stored;
}

}  // namespace

Result<TableMetadataPtr> NewTableMetadata(const CreateTableSpec& spec, TimestampMs now) {
  ASSIGN_OR_RETURN(FormatVersion version,
                   IntProperty(spec.properties, kFormatVersionProperty, kDefaultFormatVersion));
  PropertyMap properties = StoredProperties(spec.properties);
  RETURN_IF_ERROR(CheckCommitProperties(properties));
  RETURN_IF_ERROR(CheckMetricsColumns(properties, spec.schema));
  RETURN_IF_ERROR(CheckEncryption(properties, version));

  ASSIGN_OR_RETURN(Schema schema, AssignFreshIds(spec.schema, SchemaId(0), FieldId(0)));
  ASSIGN_OR_RETURN(UnboundPartitionSpec partition_spec,
                   RebindSpec(spec.spec.value_or(UnboundPartitionSpec()), spec.schema, schema));
  ASSIGN_OR_RETURN(SortOrder order,
                   RebindOrder(spec.order.value_or(SortOrder()), spec.schema, schema));

  std::vector<TableUpdate> updates;
  updates.emplace_back(AssignUuid{spec.uuid.ToString()});
  updates.emplace_back(UpgradeFormatVersion{version});
  updates.emplace_back(AddSchema{std::move(schema)});
  updates.emplace_back(SetCurrentSchema{SchemaId(kLastAdded)});
  updates.emplace_back(AddSpec{std::move(partition_spec)});
  updates.emplace_back(SetDefaultSpec{SpecId(kLastAdded)});
  updates.emplace_back(AddSortOrder{std::move(order)});
  updates.emplace_back(SetDefaultSortOrder{SortOrderId(kLastAdded)});
  updates.emplace_back(SetLocation{spec.location});
  updates.emplace_back(SetProperties{std::move(properties)});
  return ApplyUpdates(nullptr, updates, ApplyContext{.now = now, .base_metadata_location = {}});
}

}  // namespace firn::iceberg
