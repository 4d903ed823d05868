// ForetellFiles: the data files that a group will probably become, as records of files that do not
// exist, for a rehearsal of its commit (table/maintain/rehearsal.h).
//
// Sizes are those of the rows that are not known to be deleted, as they are stored now. The number
// of files is known where OutputsAreKnown says so. Thread-safety: pure.
#pragma once

#include <cstddef>
#include <vector>

#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/metadata/table_metadata.h"
#include "table/compact/compaction_plan.h"

namespace firn::table {

/// `number`: of the group in its plan.
std::vector<iceberg::DataFile> ForetellFiles(const FileGroup& group,
                                             const iceberg::TableMetadata& table,
                                             size_t number);

/// That a run writes so many files: where they are one or none, whatever the deletes take.
bool OutputsAreKnown(const FileGroup& group);

}  // namespace firn::table
