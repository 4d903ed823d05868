// The metadata columns a scan may ask for, and those of delete files. Source: Iceberg
// specification, "Reserved Field IDs" and "Row Lineage".
//
// Thread-safety: pure functions.
#pragma once

#include "iceberg/schema/type.h"

namespace firn::columnar {

inline constexpr iceberg::FieldId kFileColumn{2147483646};
inline constexpr iceberg::FieldId kPosColumn{2147483645};
inline constexpr iceberg::FieldId kDeletedColumn{2147483644};
inline constexpr iceberg::FieldId kSpecIdColumn{2147483643};
inline constexpr iceberg::FieldId kPartitionColumn{2147483642};
inline constexpr iceberg::FieldId kDeleteFilePathColumn{2147483546};
inline constexpr iceberg::FieldId kDeletePosColumn{2147483545};
inline constexpr iceberg::FieldId kRowIdColumn{2147483540};
inline constexpr iceberg::FieldId kLastUpdatedColumn{2147483539};

/// True for what the reader makes and files do not hold.
constexpr bool IsComputed(iceberg::FieldId id) {
  return id <= kFileColumn && id >= kPartitionColumn;
}
/// True for columns that files may hold and the manifest completes.
constexpr bool IsLineage(iceberg::FieldId id) {
  return id == kRowIdColumn || id == kLastUpdatedColumn;
}

/// `_file`, `_pos`, `_deleted`, `_spec_id`, `_row_id`, `_last_updated_sequence_number`, and of
/// delete files `file_path` and `pos`. `id` is one of theirs.
iceberg::NestedField MetadataColumn(iceberg::FieldId id);
/// `_partition`: `type` is the struct of the partition fields that are wanted, by field id.
iceberg::NestedField PartitionColumn(iceberg::TypePtr type);

}  // namespace firn::columnar
