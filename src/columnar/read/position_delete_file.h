// The rows of a position delete file, by the data file that they name. Source: Iceberg
// specification, "Position Delete Files".
//
// Paths are compared where Parquet's dictionary holds them: no string is made a row.
//
// Errors: kInvalidMetadata naming the file where it is corrupt, lacks a column or holds a null;
// those of the store; kUnavailable where the context's stop was asked for.
// Thread-safety: a pure function.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/read/read_request.h"

namespace firn::columnar {

/// Deleted rows of data files, by their paths, ascending; a row may be there twice.
using PositionLists = std::map<std::string, std::vector<int64_t>, std::less<>>;

Result<PositionLists> ReadPositionDeletes(const ReadContext& context, const FileToRead& file);

}  // namespace firn::columnar
