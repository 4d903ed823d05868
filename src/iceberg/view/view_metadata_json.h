// View metadata as JSON: the metadata file, and the `metadata` of REST responses. Specification:
// view specification, "View Metadata".
//
// Errors: kInvalidMetadata from ParseViewMetadata, kInvalidArgument from ParseViewVersion.
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "iceberg/view/view_metadata.h"

namespace firn::iceberg {

Result<ViewMetadataPtr> ParseViewMetadata(std::string_view json);
Result<ViewVersion> ParseViewVersion(json::Element element);

void AppendViewMetadata(const ViewMetadata& metadata, std::string& out);
void AppendViewVersion(const ViewVersion& version, JsonWriter& out);
std::string PrintViewMetadata(const ViewMetadata& metadata);

}  // namespace firn::iceberg
