// Which fields a reader takes from a file: what is asked for, and what filter and equality deletes
// look at besides.
#pragma once

#include <vector>

#include "base/result.h"
#include "columnar/read/read_request.h"
#include "iceberg/schema/type.h"

namespace firn::columnar {

/// The columns of the request that files hold, in order, their structs widened by what `also`
/// needs of them; then the columns that only `also` needs. Fields of `also` are in the schema or
/// dropped. Errors: kInvalidMetadata for an unknown id.
Result<std::vector<iceberg::NestedField>> NeededColumns(const ReadRequest& request,
                                                        const std::vector<iceberg::FieldId>& also);

}  // namespace firn::columnar
