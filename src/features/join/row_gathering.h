// GatherRows: the second pass over a table: the columns that are wanted of the rows that won, put
// where they belong. Deletes no longer matter: who won is known by file and position.
//
// Memory: as DataFileReader, for each reader. Errors: those of table::FileScan; kInvalidMetadata
// where a file has not the rows that it had. Thread-safety: one thread; it works on several itself.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "features/join/feature_output.h"
#include "features/join/join_context.h"
#include "features/join/winner_slots.h"
#include "iceberg/schema/type.h"
#include "table/scan/file_scan.h"

namespace firn::features {

struct GatheredColumns {
  /// Full names, and the fields that they name.
  std::vector<std::string> names;
  std::vector<iceberg::NestedField> fields;
};

/// `winners` are ordered by file, then position; `outputs` has one for each column.
Status GatherRows(const JoinContext& context,
                  table::FileScan& files,
                  const GatheredColumns& columns,
                  std::span<const Winner> winners,
                  std::span<const std::unique_ptr<FeatureOutput>> outputs);

}  // namespace firn::features
