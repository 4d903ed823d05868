// Table metadata as JSON: the metadata file, and the `metadata` of REST responses. Specification:
// Appendix C, "Table Metadata and Snapshots".
//
// Reading is lenient where old writers differ (v1 without lists of schemas, specs or orders; files
// without refs; absent optional fields) and checks every invariant of TableMetadata. Fields it does
// not know are dropped.
//
// Errors of Parse: kInvalidMetadata; kPayloadTooLarge above 1 GiB.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"

namespace firn::iceberg {

/// Which snapshots a response carries.
enum class SnapshotSelection : uint8_t {
  kAll,
  kRefs,  ///< Only those a branch or tag names.
};

/// Plain text: the caller has undone gzip.
Result<TableMetadataPtr> ParseTableMetadata(std::string_view json);

/// Appends one JSON object; unchanged parts are copied bytes.
void AppendTableMetadata(const TableMetadata& metadata,
                         SnapshotSelection selection,
                         std::string& out);
/// The whole metadata file.
std::string PrintTableMetadata(const TableMetadata& metadata);

}  // namespace firn::iceberg
