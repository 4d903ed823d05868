// EntryRecord: a manifest's entries as its format version writes them. Source: Iceberg
// specification, "Manifests" and Appendix E.
//
// Thread-safety: immutable.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "iceberg/manifest/avro/encoder.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/writer/partition_record_internal.h"
#include "iceberg/schema/ids.h"

namespace firn::iceberg {

/// What an entry says of its file beside the file: nullopt is inherited by readers.
struct EntryHead {
  EntryStatus status = EntryStatus::kAdded;
  std::optional<SnapshotId> snapshot_id;
  std::optional<SequenceNumber> sequence_number;
  std::optional<SequenceNumber> file_sequence_number;
};

class EntryRecord {
 public:
  EntryRecord(FormatVersion version, PartitionRecord partition)
      : version_(version), partition_(std::move(partition)) {}

  const PartitionRecord& partition() const { return partition_; }
  /// The Avro JSON of `manifest_entry`.
  std::string SchemaText() const;
  /// Errors: kInvalidArgument where the version needs a value that is missing, or the partition
  /// does not fit.
  Status Write(avro::Encoder& encoder, const EntryHead& head, const DataFile& file) const;

 private:
  FormatVersion version_;
  PartitionRecord partition_;
};

}  // namespace firn::iceberg
