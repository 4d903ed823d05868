// Schemas and types as JSON. Specification: Appendix C, "Schemas".
//
// Errors: kInvalidArgument; readers of files turn it into kInvalidMetadata.
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "iceberg/schema/schema.h"

namespace firn::iceberg {

Result<TypePtr> ParseType(json::Element element);
/// A missing `schema-id` is 0, as in v1 files and requests.
Result<Schema> ParseSchema(json::Element element);

void AppendType(const Type& type, JsonWriter& out);
void AppendSchema(const Schema& schema, JsonWriter& out);
std::string PrintSchema(const Schema& schema);

}  // namespace firn::iceberg
