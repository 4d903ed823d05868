// ManifestWriter: writes one manifest of format version 1, 2 or 3, in memory, and its row for the
// manifest list. Sequence numbers and row ids that the commit assigns are left to be inherited, so
// a manifest is written once however often the commit is tried. Source: Iceberg specification,
// "Manifests", "Sequence Number Inheritance", "First Row ID Inheritance".
//
// Errors: kInvalidArgument for a file that the version or the spec cannot hold; kUnsupported for a
// partition type without a form in Avro.
// Thread-safety: one thread at a time.
//
//   ASSIGN_OR_RETURN(auto writer, ManifestWriter::Make(options));
//   RETURN_IF_ERROR(writer.Add(file));
//   ASSIGN_OR_RETURN(WrittenManifest manifest, std::move(writer).Finish());
//   manifest.row.path = ...;   // where the caller stores manifest.bytes
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "iceberg/manifest/avro/compressor.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/schema/ids.h"
#include "iceberg/schema/partition_spec.h"
#include "iceberg/schema/schema.h"

namespace firn::iceberg {

struct ManifestWriterOptions {
  FormatVersion format_version = kDefaultFormatVersion;
  ManifestContent content = ManifestContent::kData;
  /// The table's, for what the manifest says of itself.
  Schema schema;
  /// Of all its files.
  PartitionSpec spec;
  /// Of its partition tuples; PartitionType(spec, schema) where null.
  TypePtr partition_type;
  /// The snapshot that adds and deletes.
  SnapshotId snapshot_id;
  avro::Compression compression;
};

struct WrittenManifest {
  std::string bytes;
  /// All but the path. Its sequence number is kUnassignedSequenceNumber, and so is the least one
  /// where no entry says it.
  ManifestFile row;
};

class ManifestWriter {
 public:
  static Result<ManifestWriter> Make(const ManifestWriterOptions& options);

  ManifestWriter(ManifestWriter&&) noexcept;
  ManifestWriter& operator=(ManifestWriter&&) noexcept;
  ~ManifestWriter();

  /// A file that the snapshot adds.
  Status Add(const DataFile& file);
  /// One whose rows are as old as `sequence_number` (a rewrite of older files).
  Status Add(const DataFile& file, SequenceNumber sequence_number);
  /// An entry of an older manifest, as it was read: snapshot, numbers and row id are kept. A file
  /// sequence number that its writer left out is left out.
  Status AddExisting(const ManifestEntry& entry);
  /// A file that the snapshot deletes; numbers are kept.
  Status AddDeleted(const ManifestEntry& entry);

  int64_t entries() const;
  /// About the size of the file if it ended here.
  size_t EstimatedBytes() const;

  Result<WrittenManifest> Finish() &&;

 private:
  struct State;

  explicit ManifestWriter(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace firn::iceberg
