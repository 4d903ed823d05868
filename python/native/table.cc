#include "native/table.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "columnar/schema/arrow_type.h"
#include "columnar/schema/outside_rows.h"
#include "iceberg/schema/type_text.h"
#include "native/arrow_exchange.h"
#include "native/catalog.h"
#include "native/errors.h"
#include "table/evolve/layout_text.h"

namespace firn::python {
namespace {

namespace nb = nanobind;
using Names = std::vector<std::string>;

/// Of a table, as Python sees it.
struct SchemaHandle {
  iceberg::Schema schema;
};

using FieldTuple = std::tuple<int32_t, std::string, std::string, bool, std::optional<std::string>>;

std::vector<FieldTuple> FieldsOf(const SchemaHandle& self) {
  std::vector<FieldTuple> fields;
  for (const iceberg::NestedField& field : self.schema.fields()) {
    fields.emplace_back(field.id.value(), field.name, iceberg::ToString(*field.type),
                        field.required, field.doc);
  }
  return fields;
}

Names IdentifierFieldsOf(const SchemaHandle& self) {
  Names names;
  for (iceberg::FieldId id : self.schema.identifier_field_ids()) {
    names.push_back(*self.schema.FindName(id));
  }
  return names;
}

nb::object ArrowSchemaOf(const SchemaHandle& self) {
  const auto schema = columnar::ArrowSchemaOf(self.schema);
  const columnar::OutsideRows outside(self.schema, *schema, columnar::FieldIds::kTakenOff);
  return SchemaCapsule(*outside.schema());
}

const iceberg::TableMetadata& MetadataOf(const TableHandle& self) { return *self.table().metadata; }

Names PartitionBy(const TableHandle& self) {
  Names texts;
  for (const iceberg::PartitionField& field : MetadataOf(self).default_spec().fields) {
    texts.push_back(table::ToText(field, MetadataOf(self).current_schema()));
  }
  return texts;
}

Names SortBy(const TableHandle& self) {
  Names texts;
  for (const iceberg::SortField& field : MetadataOf(self).default_sort_order().fields) {
    texts.push_back(table::ToText(field, MetadataOf(self).current_schema()));
  }
  return texts;
}

std::optional<int64_t> CurrentSnapshotId(const TableHandle& self) {
  const auto& id = MetadataOf(self).current_snapshot_id;
  return id ? std::optional(id->value()) : std::nullopt;
}

using SnapshotTuple = std::tuple<int64_t,
                                 std::optional<int64_t>,
                                 int64_t,
                                 int64_t,
                                 std::optional<std::string>,
                                 std::map<std::string, std::string>,
                                 std::optional<int32_t>>;

SnapshotTuple TupleOf(const iceberg::Snapshot& snapshot) {
  std::map<std::string, std::string> summary;
  for (size_t i = 0; i < snapshot.summary.size(); ++i) {
    summary.emplace(snapshot.summary.key(i), snapshot.summary.value(i));
  }
  const auto value = [](const auto& id) { return id.value(); };
  return {snapshot.id.value(),
          snapshot.parent_id.transform(value),
          snapshot.sequence_number.value(),
          snapshot.timestamp.value(),
          snapshot.operation,
          std::move(summary),
          snapshot.schema_id.transform(value)};
}

std::vector<SnapshotTuple> SnapshotsOf(const TableHandle& self) {
  std::vector<SnapshotTuple> snapshots;
  for (const iceberg::SnapshotEntry& entry : MetadataOf(self).snapshots) {
    snapshots.push_back(TupleOf(*entry.snapshot));
  }
  return snapshots;
}

/// To be read, not changed: table::MetadataAt. `selector` names a snapshot.
std::shared_ptr<TableHandle> At(TableHandle& self,
                                const table::SnapshotSelector& selector,
                                std::optional<int32_t> schema_id) {
  table::Table table = *self.usable();
  table.metadata = ValueOf(
      table::MetadataAt(*table.metadata, selector,
                        schema_id.transform([](int32_t id) { return iceberg::SchemaId(id); })));
  auto handle = std::make_shared<TableHandle>(self);
  handle->Set(std::move(table));
  return handle;
}

void BindAt(nb::class_<TableHandle>& bound) {
  bound.def(
      "at",
      [](TableHandle& self, std::optional<int64_t> snapshot_id, std::optional<int64_t> as_of_ms,
         std::optional<std::string> ref, std::optional<int32_t> schema_id) {
        return At(self, SelectorOf(snapshot_id, as_of_ms, std::move(ref)), schema_id);
      },
      nb::arg("snapshot_id").none(), nb::arg("as_of_ms").none(), nb::arg("ref").none(),
      nb::arg("schema_id").none());
}

void BindReading(nb::class_<TableHandle>& bound) {
  bound.def("identifier", [](const TableHandle& self) { return LevelsOf(self.table().identifier); })
      .def("location", [](const TableHandle& self) { return MetadataOf(self).location; })
      .def("uuid", [](const TableHandle& self) { return MetadataOf(self).uuid; })
      .def("metadata_location",
           [](const TableHandle& self) { return self.table().metadata_location; })
      .def(
          "format_version",
          [](const TableHandle& self) { return static_cast<int>(MetadataOf(self).format_version); })
      .def("properties", [](const TableHandle& self) { return *MetadataOf(self).properties; })
      .def("schema",
           [](const TableHandle& self) { return SchemaHandle{MetadataOf(self).current_schema()}; })
      .def("partition_by", &PartitionBy)
      .def("sort_by", &SortBy)
      .def("current_snapshot_id", &CurrentSnapshotId)
      .def("current_schema_id",
           [](const TableHandle& self) { return MetadataOf(self).current_schema_id.value(); })
      .def("snapshots", &SnapshotsOf)
      .def("refresh", &TableHandle::Refresh);
}

}  // namespace

table::SnapshotSelector SelectorOf(std::optional<int64_t> snapshot_id,
                                   std::optional<int64_t> as_of_ms,
                                   std::optional<std::string> ref) {
  if (snapshot_id) {
    return iceberg::SnapshotId(*snapshot_id);
  }
  if (as_of_ms) {
    return table::AsOf{TimestampMs(*as_of_ms)};
  }
  if (ref) {
    return table::RefName{*std::move(ref)};
  }
  return table::CurrentSnapshot{};
}

void BindTable(nb::module_& module) {
  nb::class_<SchemaHandle>(module, "Schema")
      .def("fields", &FieldsOf)
      .def("identifier_fields", &IdentifierFieldsOf)
      .def("__arrow_c_schema__", &ArrowSchemaOf);
  nb::class_<TableHandle> bound(module, "Table");
  BindReading(bound);
  BindScans(bound);
  BindAt(bound);
  BindChanges(bound);
}

}  // namespace firn::python
