// What columnar's reader is told of a plan: columns, what equality deletes compare, a data file,
// its delete files.
//
// Errors: kInvalidArgument for a name mapping that cannot be read; kInvalidMetadata for a file
// whose partition spec the table does not have. Thread-safety: pure functions.
#pragma once

#include <vector>

#include "base/result.h"
#include "columnar/read/delete_cache.h"
#include "columnar/read/read_request.h"
#include "table/plan/scan_planner.h"
#include "table/scan/file_queue.h"

namespace firn::table {

/// Source: table property of that name.
inline constexpr std::string_view kNameMappingProperty = "schema.name-mapping.default";

Result<columnar::ReadRequest> MakeReadRequest(const ScanPlan& plan,
                                              std::vector<iceberg::NestedField> columns);

Result<columnar::FileToRead> FileToReadOf(const ScanPlan& plan, const ScanFile& file);

std::vector<columnar::DeleteFile> DeleteFilesOf(const ScanPlan& plan, const ScanFile& file);

}  // namespace firn::table
