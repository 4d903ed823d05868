#include "table/commit/requirements.h"

#include <set>
#include <string>

namespace firn::table {
namespace {

class Collector {
 public:
  explicit Collector(const iceberg::TableMetadata& base) : base_(base) {
    if (!base.uuid.empty()) {
      requirements_.emplace_back(iceberg::AssertTableUuid{base.uuid});
    }
  }

  void operator()(const iceberg::SetSnapshotRef& update) { Ref(update.name); }
  void operator()(const iceberg::RemoveSnapshotRef& update) { Ref(update.name); }
  void operator()(const iceberg::AddSchema&) {
    if (!columns_) {
      columns_ = true;
      requirements_.emplace_back(iceberg::AssertLastAssignedFieldId{base_.last_column_id});
    }
  }
  void operator()(const iceberg::SetCurrentSchema&) { CurrentSchema(); }
  void operator()(const iceberg::RemoveSchemas&) {
    CurrentSchema();
    Branches();
  }
  void operator()(const iceberg::AddSpec&) {
    if (!partition_fields_) {
      partition_fields_ = true;
      requirements_.emplace_back(iceberg::AssertLastAssignedPartitionId{base_.last_partition_id});
    }
  }
  void operator()(const iceberg::SetDefaultSpec&) { DefaultSpec(); }
  void operator()(const iceberg::RemovePartitionSpecs&) {
    DefaultSpec();
    Branches();
  }
  void operator()(const iceberg::SetDefaultSortOrder&) {
    if (!default_order_) {
      default_order_ = true;
      requirements_.emplace_back(iceberg::AssertDefaultSortOrderId{base_.default_sort_order_id});
    }
  }
  template <class Other>
  void operator()(const Other&) {}

  std::vector<iceberg::TableRequirement> Take() && { return std::move(requirements_); }

 private:
  void Ref(const std::string& name) {
    if (!refs_.insert(name).second) {
      return;
    }
    const iceberg::SnapshotRef* ref = base_.FindRef(name);
    iceberg::AssertRefSnapshotId unchanged{name, std::nullopt};
    if (ref != nullptr) {
      unchanged.snapshot_id = ref->snapshot_id;
    }
    requirements_.emplace_back(std::move(unchanged));
  }

  /// Snapshots that may use what is removed come only through branches.
  void Branches() {
    for (const iceberg::NamedRef& named : base_.refs) {
      if (named.ref.is_branch()) {
        Ref(named.name);
      }
    }
  }

  void CurrentSchema() {
    if (!current_schema_) {
      current_schema_ = true;
      requirements_.emplace_back(iceberg::AssertCurrentSchemaId{base_.current_schema_id});
    }
  }

  void DefaultSpec() {
    if (!default_spec_) {
      default_spec_ = true;
      requirements_.emplace_back(iceberg::AssertDefaultSpecId{base_.default_spec_id});
    }
  }

  const iceberg::TableMetadata& base_;
  std::vector<iceberg::TableRequirement> requirements_;
  std::set<std::string> refs_;
  bool columns_ = false;
  bool current_schema_ = false;
  bool partition_fields_ = false;
  bool default_spec_ = false;
  bool default_order_ = false;
};

}  // namespace

std::vector<iceberg::TableRequirement> RequirementsFor(
    const iceberg::TableMetadata& base, std::span<const iceberg::TableUpdate> updates) {
  Collector collector(base);
  for (const iceberg::TableUpdate& update : updates) {
    std::visit(collector, update);
  }
  return std::move(collector).Take();
}

}  // namespace firn::table
