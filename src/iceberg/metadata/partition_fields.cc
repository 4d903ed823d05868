#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "iceberg/metadata/partition_fields_internal.h"
#include "iceberg/metadata/update_rules_internal.h"

namespace firn::iceberg {
namespace {

/// Whether a new field may have the id of a known one. In v1 a field that was removed stays as
/// void.
bool SameMeaning(const PartitionField& known, const PartitionField& added) {
  return known.source_id == added.source_id &&
         (known.transform == added.transform || known.transform.kind() == TransformKind::kVoid ||
          added.transform.kind() == TransformKind::kVoid);
}

}  // namespace

PartitionFields::PartitionFields(const PrintedList<PartitionSpec>& specs) {
  for (const PartitionSpec& spec : specs) {
    Add(spec);
  }
}

void PartitionFields::Add(const PartitionSpec& spec) {
  for (const PartitionField& field : spec.fields) {
    FieldId& id = by_meaning_.try_emplace(KeyOf(field.source_id, field.transform), field.field_id)
                      .first->second;
    id = std::max(id, field.field_id);
    std::vector<PartitionField>& same_id = by_id_[field.field_id.value()];
    bool known = std::ranges::any_of(same_id, [&field](const PartitionField& other) {
      return other.source_id == field.source_id && other.transform == field.transform;
    });
    if (!known) {
      same_id.push_back(field);
    }
  }
}

std::optional<FieldId> PartitionFields::IdOf(FieldId source, const Transform& transform) const {
  auto found = by_meaning_.find(KeyOf(source, transform));
  return found == by_meaning_.end() ? std::nullopt : std::optional(found->second);
}

Status PartitionFields::Check(const PartitionSpec& spec, FieldId last_partition_id) const {
  std::set<FieldId> ids;
  for (const PartitionField& field : spec.fields) {
    if (!ids.insert(field.field_id).second) {
      return InvalidArgument(
          fmt::format("Cannot use partition field id more than once: {}", ToString(field)));
    }
    RETURN_IF_ERROR(CheckField(field, last_partition_id));
  }
  return {};
}

Status PartitionFields::CheckField(const PartitionField& field, FieldId last_partition_id) const {
  auto found = by_id_.find(field.field_id.value());
  if (found == by_id_.end()) {
    if (field.field_id < kFirstPartitionFieldId) {
      return InvalidArgument(fmt::format("Invalid partition field id (below {}): {}",
                                         kFirstPartitionFieldId.value(), ToString(field)));
    }
    return CheckNewFieldId(field.field_id, last_partition_id);
  }
  bool same = std::ranges::any_of(
      found->second, [&field](const PartitionField& known) { return SameMeaning(known, field); });
  if (!same) {
    return InvalidArgument(fmt::format("Cannot use partition field id {} again, it is {}: {}",
                                       field.field_id.value(), ToString(found->second.front()),
                                       ToString(field)));
  }
  return {};
}

std::string PartitionFields::KeyOf(FieldId source, const Transform& transform) {
  return fmt::format("{} {}", source.value(), transform.ToString());
}

}  // namespace firn::iceberg
