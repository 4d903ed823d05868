// Files of a manifest as JSON, printed straight from its columns. REST: DataFile,
// PositionDeleteFile, EqualityDeleteFile. Bounds are printed as the document's binary values: the
// single-value bytes in hexadecimal, which is what clients read there.
//
// One printer is for one manifest of one table; it keeps the text of each partition tuple, which
// many files share. Errors: kInvalidMetadata for a file of a format or spec that the document or
// the table does not know. Thread-safety: one thread at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_columns.h"
#include "iceberg/metadata/table_metadata.h"

namespace firn::rest {

class ContentFilePrinter {
 public:
  /// Both outlive the printer. `stats`: columns whose metrics data files carry.
  static Result<ContentFilePrinter> Make(const iceberg::TableMetadata& table,
                                         const iceberg::ManifestColumns& columns,
                                         std::span<const iceberg::FieldId> stats);

  /// Appends the file of `row`, data or deletes.
  Status Append(size_t row, std::string& out);

 private:
  ContentFilePrinter(const iceberg::ManifestColumns& columns,
                     iceberg::TypePtr partition_type,
                     std::span<const iceberg::FieldId> stats)
      : columns_(columns),
        partition_type_(std::move(partition_type)),
        stats_(stats),
        partitions_(columns.partitions.size()) {}

  const std::string& PartitionText(uint32_t partition);

  const iceberg::ManifestColumns& columns_;
  iceberg::TypePtr partition_type_;
  std::span<const iceberg::FieldId> stats_;
  /// By partition id; empty until asked for.
  std::vector<std::string> partitions_;
};

}  // namespace firn::rest
