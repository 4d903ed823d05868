// The invariants of TableMetadata. Parsing checks them all; applying updates only what an update
// can break. Private to this folder.
//
// Errors: kInvalidArgument; readers of files turn them into kInvalidMetadata.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"

namespace firn::iceberg {

/// Everything that must hold of metadata read from a file.
Status ValidateAll(const TableMetadata& metadata);

/// What a table cannot be without: a location, and the schema, spec and order its ids name.
Status ValidateBasics(const TableMetadata& metadata);

/// The last `entries` of both logs are in order, within a minute, and not after last-updated-ms.
Status ValidateLogEnds(const TableMetadata& metadata, size_t entries);

/// The location without slashes at its end, but for those of `scheme://`.
std::string StripTrailingSlash(std::string_view location);

}  // namespace firn::iceberg
