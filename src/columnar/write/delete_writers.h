// Writers of deletes: position delete files, equality delete files, deletion vectors, each with the
// records that a row delta commits. Source: Iceberg specification, "Delete Formats".
//
// Errors: those of RollingFileWriter; kInvalidArgument for equality ids that are no plain columns
// of the schema. Files stored before an error are deleted.
// Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/write/rolling_file_writer.h"
#include "iceberg/manifest/puffin/deletion_vector_file.h"

namespace firn::columnar {

/// Deleted positions by data file, in any order; all data files are of one partition.
using PositionDeletes = std::map<std::string, std::vector<int64_t>>;

/// Sorted by file and position, each once; one file up to the target size, with the data file
/// named where there is only one. For tables of version 2.
Result<std::vector<iceberg::DataFile>> WritePositionDeletes(const FileTarget& target,
                                                            const WriteProperties& properties,
                                                            const iceberg::StructValue& partition,
                                                            const PositionDeletes& deletes);

/// Takes batches of the columns of EqualityDeleteSchema.
Result<std::unique_ptr<RollingFileWriter>> MakeEqualityDeleteWriter(
    const FileTarget& target,
    const iceberg::Schema& schema,
    const WriteProperties& properties,
    const iceberg::StructValue& partition,
    const std::vector<iceberg::FieldId>& equality_ids);

/// The table's schema pruned to the compared columns, in its order.
Result<iceberg::Schema> EqualityDeleteSchema(const iceberg::Schema& schema,
                                             const std::vector<iceberg::FieldId>& equality_ids);

/// One Puffin file with a vector for each data file. For tables of version 3; each must hold the
/// positions of the vector it replaces.
Result<std::vector<iceberg::DataFile>> StoreDeletionVectors(
    const FileTarget& target, std::span<const iceberg::FileDeletes> deletes);

}  // namespace firn::columnar
