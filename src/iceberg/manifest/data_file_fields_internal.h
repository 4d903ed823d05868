// Which fields of a `data_file` record are read, and how.
#pragma once

#include <span>

#include "iceberg/manifest/avro/record_plan.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/manifest_reader.h"

namespace firn::iceberg {

std::span<const avro::FieldHandler<DataFile>> DataFileFields(EntryFields columns);

}  // namespace firn::iceberg
