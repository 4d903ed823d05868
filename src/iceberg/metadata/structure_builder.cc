// The part of TableMetadataBuilder that changes schemas, partition specs and sort orders.
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "iceberg/metadata/list_items_internal.h"
#include "iceberg/metadata/table_metadata_builder_internal.h"
#include "iceberg/metadata/update_rules_internal.h"
#include "iceberg/schema/schema_evolution.h"
#include "iceberg/schema/schema_rules.h"

namespace firn::iceberg {
namespace {

constexpr SortOrderId kFirstSortOrderId{1};

template <class Id>
bool Contains(const std::vector<Id>& ids, Id id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

UnboundPartitionSpec Unbind(const PartitionSpec& spec) {
  UnboundPartitionSpec unbound;
  unbound.id = spec.id;
  for (const PartitionField& field : spec.fields) {
    unbound.fields.push_back({field.source_id, field.field_id, field.name, field.transform});
  }
  return unbound;
}

}  // namespace

Status TableMetadataBuilder::Apply(const AddSchema& update) {
  RETURN_IF_ERROR(CheckFormatVersion(update.schema, next_.format_version));
  RETURN_IF_ERROR(CheckNewFieldIds(update.schema, next_.last_column_id));
  FieldId last_column_id = std::max(next_.last_column_id, update.schema.highest_field_id());
  changed_ = changed_ || last_column_id != next_.last_column_id;
  next_.last_column_id = last_column_id;

  SchemasByHash& known = IndexedSchemas();
  std::vector<Schema>& alike = known[update.schema.ContentHash()];
  for (const Schema& schema : alike) {
    if (schema.SameAs(update.schema)) {
      last_added_schema_ = schema.id();
      return {};
    }
  }
  RETURN_IF_ERROR(CheckCount(next_.schemas.size() + 1, kMaxSchemas, "schemas in the table"));
  SchemaId id = next_.current_schema_id;
  if (!next_.schemas.empty()) {
    ASSIGN_OR_RETURN(id, IdAfter(last_schema_id_));
  }
  alike.push_back(update.schema.WithId(id));
  last_schema_id_ = id;
  Add(next_.schemas, update.schema.WithId(id));
  last_added_schema_ = id;
  changed_ = true;
  return {};
}

Status TableMetadataBuilder::Apply(const SetCurrentSchema& update) {
  SchemaId id = update.schema_id;
  if (id.value() == kLastAdded) {
    if (!last_added_schema_) {
      return InvalidArgument("Cannot set last added schema: no schema has been added");
    }
    id = *last_added_schema_;
  }
  const Schema* schema = next_.FindSchema(id);
  if (schema == nullptr) {
    return InvalidArgument(
        fmt::format("Cannot set current schema to unknown schema: {}", id.value()));
  }
  if (id == next_.current_schema_id) {
    return {};
  }
  for (const PartitionSpec& spec : next_.specs) {
    RETURN_IF_ERROR(BindHistoricalSpec(Unbind(spec), *schema));
  }
  next_.current_schema_id = id;
  changed_ = structure_changed_ = true;
  return {};
}

Status TableMetadataBuilder::Apply(const RemoveSchemas& update) {
  if (Contains(update.schema_ids, next_.current_schema_id)) {
    return InvalidArgument("Cannot remove the current schema");
  }
  std::set<SchemaId> ids(update.schema_ids.begin(), update.schema_ids.end());
  size_t removed =
      next_.schemas.RemoveIf([&ids](const Schema& schema) { return ids.contains(schema.id()); });
  schemas_by_hash_.reset();
  changed_ = changed_ || removed > 0;
  return {};
}

TableMetadataBuilder::SchemasByHash& TableMetadataBuilder::IndexedSchemas() {
  if (!schemas_by_hash_) {
    schemas_by_hash_.emplace();
    last_schema_id_ = next_.current_schema_id;
    for (const Schema& schema : next_.schemas) {
      (*schemas_by_hash_)[schema.ContentHash()].push_back(schema);
      last_schema_id_ = std::max(last_schema_id_, schema.id());
    }
  }
  return *schemas_by_hash_;
}

PartitionFields& TableMetadataBuilder::UsedPartitionFields() {
  if (!partition_fields_) {
    partition_fields_.emplace(next_.specs);
  }
  return *partition_fields_;
}

Status TableMetadataBuilder::CheckSchemaChange() const {
  bool keeps_data = base_ && base_->current_snapshot_id && !emptied_;
  if (!keeps_data || next_.current_schema_id == base_->current_schema_id) {
    return {};
  }
  RETURN_IF_ERROR(
      CheckEvolution(base_->current_schema(), next_.current_schema(), next_.format_version));
  return CheckReturningColumns();
}

Result<PartitionSpec> TableMetadataBuilder::BindNewSpec(const UnboundPartitionSpec& spec,
                                                        const Schema& schema) {
  RETURN_IF_ERROR(CheckCount(spec.fields.size(), kMaxSpecFields, "partition fields"));
  UnboundPartitionSpec numbered = spec;
  const PartitionFields& known_fields = UsedPartitionFields();
  std::set<FieldId> used;
  FieldId last = next_.last_partition_id;
  for (UnboundPartitionField& field : numbered.fields) {
    if (!field.field_id && next_.format_version > 1) {
      auto known = known_fields.IdOf(field.source_id, field.transform);
      bool reuse = known && !used.contains(*known);
      if (!reuse) {
        ASSIGN_OR_RETURN(last, IdAfter(last));
      }
      field.field_id = reuse ? *known : last;
      used.insert(*field.field_id);
    }
  }
  return BindSpec(numbered, schema);
}

Status TableMetadataBuilder::Apply(const AddSpec& update) {
  const Schema* schema = next_.FindSchema(next_.current_schema_id);
  if (schema == nullptr) {
    return InvalidArgument("Cannot add a partition spec before a schema is added");
  }
  ASSIGN_OR_RETURN(PartitionSpec spec, BindNewSpec(update.spec, *schema));
  spec.id = SpecId(0);
  for (const PartitionSpec& existing : next_.specs) {
    if (spec.CompatibleWith(existing)) {
      last_added_spec_ = existing.id;
      return {};
    }
    if (spec.id <= existing.id) {
      ASSIGN_OR_RETURN(spec.id, IdAfter(existing.id));
    }
  }
  RETURN_IF_ERROR(CheckCount(next_.specs.size() + 1, kMaxSpecs, "partition specs in the table"));
  if (next_.format_version == 1 && !spec.has_sequential_ids()) {
    return InvalidArgument(fmt::format(
        "Spec does not use sequential IDs that are required in v1: {}", ToString(spec)));
  }
  if (next_.format_version > 1) {
    RETURN_IF_ERROR(UsedPartitionFields().Check(spec, next_.last_partition_id));
  }
  UsedPartitionFields().Add(spec);
  next_.last_partition_id = std::max(next_.last_partition_id, spec.last_assigned_field_id());
  last_added_spec_ = spec.id;
  Add(next_.specs, std::move(spec));
  changed_ = true;
  return {};
}

Status TableMetadataBuilder::Apply(const SetDefaultSpec& update) {
  SpecId id = update.spec_id;
  if (id.value() == kLastAdded) {
    if (!last_added_spec_) {
      return InvalidArgument("Cannot set last added spec: no spec has been added");
    }
    id = *last_added_spec_;
  }
  if (next_.FindSpec(id) == nullptr) {
    return InvalidArgument(fmt::format("Cannot set default spec to unknown spec: {}", id.value()));
  }
  if (id != next_.default_spec_id) {
    next_.default_spec_id = id;
    changed_ = structure_changed_ = true;
  }
  return {};
}

Status TableMetadataBuilder::Apply(const RemovePartitionSpecs& update) {
  if (Contains(update.spec_ids, next_.default_spec_id)) {
    return InvalidArgument("Cannot remove the default partition spec");
  }
  std::set<SpecId> ids(update.spec_ids.begin(), update.spec_ids.end());
  size_t removed =
      next_.specs.RemoveIf([&ids](const PartitionSpec& spec) { return ids.contains(spec.id); });
  partition_fields_.reset();
  changed_ = changed_ || removed > 0;
  return {};
}

Status TableMetadataBuilder::Apply(const AddSortOrder& update) {
  const Schema* schema = next_.FindSchema(next_.current_schema_id);
  if (schema == nullptr) {
    return InvalidArgument("Cannot add a sort order before a schema is added");
  }
  RETURN_IF_ERROR(CheckCount(update.order.fields.size(), kMaxSpecFields, "sort fields"));
  RETURN_IF_ERROR(CheckCompatibility(update.order, *schema));
  SortOrder order = update.order;
  order.id = order.is_sorted() ? kFirstSortOrderId : kUnsortedOrderId;
  for (const SortOrder& existing : next_.sort_orders) {
    if (existing.fields == order.fields) {
      last_added_order_ = existing.id;
      return {};
    }
    if (order.is_sorted() && order.id <= existing.id) {
      ASSIGN_OR_RETURN(order.id, IdAfter(existing.id));
    }
  }
  RETURN_IF_ERROR(
      CheckCount(next_.sort_orders.size() + 1, kMaxSortOrders, "sort orders in the table"));
  last_added_order_ = order.id;
  Add(next_.sort_orders, std::move(order));
  changed_ = true;
  return {};
}

Status TableMetadataBuilder::Apply(const SetDefaultSortOrder& update) {
  SortOrderId id = update.order_id;
  if (id.value() == kLastAdded) {
    if (!last_added_order_) {
      return InvalidArgument("Cannot set last added sort order: no sort order has been added");
    }
    id = *last_added_order_;
  }
  if (next_.FindSortOrder(id) == nullptr) {
    return InvalidArgument(
        fmt::format("Cannot set default sort order to unknown sort order: {}", id.value()));
  }
  if (id != next_.default_sort_order_id) {
    next_.default_sort_order_id = id;
    changed_ = structure_changed_ = true;
  }
  return {};
}

}  // namespace firn::iceberg
