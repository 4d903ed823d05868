// CheckConflicts: refuses a change that something committed since its starting snapshot
// contradicts. Which operations can contradict what is as in the reference implementation.
//
// Errors: kCommitConflict naming the file; those of reading manifests.
// Thread-safety: pure but for reading.
#pragma once

#include <span>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"
#include "table/commit/manifest_files.h"
#include "table/commit/manifest_filter_internal.h"
#include "table/commit/snapshot_change.h"

namespace firn::table {

/// `removed`: the data files that the change takes from `head`, as the filter found them.
Status CheckConflicts(const iceberg::TableMetadata& table,
                      const iceberg::Snapshot* head,
                      const SnapshotChange& change,
                      std::span<const RemovedFile> removed,
                      ManifestFiles& files);

}  // namespace firn::table
