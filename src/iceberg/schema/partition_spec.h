// PartitionSpec: how a table's rows become partitions. UnboundPartitionSpec is what a request or a
// file says, before it met a schema: field ids may be missing. Specification: "Partitioning".
//
// Errors: kInvalidArgument with the reference implementation's texts.
// Thread-safety: plain values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/schema/ids.h"
#include "iceberg/schema/schema.h"
#include "iceberg/schema/transform.h"

namespace firn::iceberg {

struct UnboundPartitionField {
  FieldId source_id;
  std::optional<FieldId> field_id;
  std::string name;
  Transform transform;

  friend bool operator==(const UnboundPartitionField&, const UnboundPartitionField&) = default;
};

struct UnboundPartitionSpec {
  std::optional<SpecId> id;
  std::vector<UnboundPartitionField> fields;

  friend bool operator==(const UnboundPartitionSpec&, const UnboundPartitionSpec&) = default;
};

struct PartitionField {
  FieldId source_id;
  FieldId field_id;
  std::string name;
  Transform transform;

  friend bool operator==(const PartitionField&, const PartitionField&) = default;
};

struct PartitionSpec {
  SpecId id;
  std::vector<PartitionField> fields;

  /// False where every field is void too.
  bool is_partitioned() const;
  /// The highest field id, at least kNoPartitionFieldId.
  FieldId last_assigned_field_id() const;
  /// True where fields agree in everything but their ids.
  bool CompatibleWith(const PartitionSpec& other) const;
  /// True where field ids are 1000, 1001, ...: all v1 allows.
  bool has_sequential_ids() const;

  friend bool operator==(const PartitionSpec&, const PartitionSpec&) = default;
};

/// Gives missing field ids and checks names, source columns and types against `schema`.
Result<PartitionSpec> BindSpec(const UnboundPartitionSpec& spec, const Schema& schema);
/// Like BindSpec for a spec that is not the table's default: its columns may be gone.
Result<PartitionSpec> BindHistoricalSpec(const UnboundPartitionSpec& spec, const Schema& schema);
/// Each source column exists, is primitive, lies in no list or map, and fits its transform.
Status CheckCompatibility(const PartitionSpec& spec, const Schema& schema);

/// `[\n  1000: x: identity(1)\n]`, for messages.
std::string ToString(const PartitionSpec& spec);
std::string ToString(const PartitionField& field);

/// The struct of partition values, with partition field ids; a field whose column is gone has the
/// type its transform gives without it: PartitionTypeOf (iceberg/metadata) knows older schemas.
TypePtr PartitionType(const PartitionSpec& spec, const Schema& schema);

}  // namespace firn::iceberg
