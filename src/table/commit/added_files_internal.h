// The files that a change adds: whether the table can hold them, and their manifests.
//
// Errors: kInvalidArgument naming the file. Thread-safety: pure but for ManifestFiles.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/metadata/table_metadata.h"
#include "table/commit/manifest_files.h"
#include "table/commit/manifest_output_internal.h"
#include "table/commit/snapshot_change.h"

namespace firn::table {

/// Specs are known, no file is named twice, deletes are of the kind that the format version has.
Status CheckAddedFiles(const SnapshotChange& change, const iceberg::TableMetadata& table);

/// One or more manifests for each spec and content, kept in `files`.
Result<std::vector<iceberg::ManifestFile>> WriteAddedFiles(std::span<const AddedFile> added,
                                                           const ManifestOutput& output,
                                                           ManifestFiles& files);

}  // namespace firn::table
