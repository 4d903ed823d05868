// PartitionFields: which partition field ids a table has used, for what. Finds the id a new field
// has to take again, and refuses an id that means something else. Specification: "Partition
// Evolution". Private to this folder.
//
// Reading is lenient: a v1 table may have given one id to several fields; all of them count.
//
// Thread-safety: used by one thread.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/printed_list.h"
#include "iceberg/schema/partition_spec.h"

namespace firn::iceberg {

class PartitionFields {
 public:
  explicit PartitionFields(const PrintedList<PartitionSpec>& specs);

  void Add(const PartitionSpec& spec);

  /// The highest id a field of that source and transform has.
  std::optional<FieldId> IdOf(FieldId source, const Transform& transform) const;

  /// The ids of a new spec: each once, from 1000 on, none that belongs to another field.
  /// Errors: kInvalidArgument.
  Status Check(const PartitionSpec& spec, FieldId last_partition_id) const;

 private:
  Status CheckField(const PartitionField& field, FieldId last_partition_id) const;

  static std::string KeyOf(FieldId source, const Transform& transform);

  std::unordered_map<std::string, FieldId> by_meaning_;
  std::unordered_map<int32_t, std::vector<PartitionField>> by_id_;
};

}  // namespace firn::iceberg
