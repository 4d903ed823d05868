// ManifestReader: the entries of a manifest of any format version and writer, one after the other,
// with what they inherit from the manifest list filled in.
//
// Errors: kInvalidMetadata where the file is corrupt, naming it and the byte offset; kUnsupported
// where it is encrypted.
// Thread-safety: one thread at a time. The file's bytes must outlive the reader.
//
//   ASSIGN_OR_RETURN(auto reader, ManifestReader::Open(bytes, manifest, EntryFields::kAll));
//   ManifestEntry entry;
//   while (true) {
//     ASSIGN_OR_RETURN(bool more, reader.Next(entry));
//     if (!more) break;
//     ...
//   }
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/avro/file_reader.h"
#include "iceberg/manifest/avro/record_plan.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/manifest/manifest_metadata.h"

namespace firn::iceberg {

/// What is read of each entry; the rest keeps its default.
enum class EntryFields : uint8_t {
  kAll,
  /// No metrics, no partition, no split offsets: what purging and counting need.
  kFiles,
};

class ManifestReader {
 public:
  /// `manifest` is the manifest's row in the list. For a manifest that no list names (v1 tables may
  /// embed paths in their snapshots) fill in path and snapshot id.
  static Result<ManifestReader> Open(std::string_view bytes,
                                     const ManifestFile& manifest,
                                     EntryFields columns);

  const ManifestMetadata& metadata() const { return metadata_; }

  /// Replaces `entry` with the next one; false at the end.
  Result<bool> Next(ManifestEntry& entry);

  /// An entry as the file has it, before inheritance.
  struct RawEntry {
    std::optional<int32_t> status_value;
    std::optional<SnapshotId> own_snapshot_id;
    std::optional<SequenceNumber> sequence_number;
    std::optional<SequenceNumber> file_sequence_number;
    DataFile file;
    const avro::RecordPlan<DataFile>* file_plan = nullptr;
  };

 private:
  ManifestReader(avro::FileReader file, const ManifestFile& manifest)
      : file_(std::move(file)),
        content_(manifest.content),
        snapshot_id_(manifest.added_snapshot_id),
        sequence_number_(manifest.sequence_number),
        next_row_id_(manifest.first_row_id) {}

  Status Plan(EntryFields columns);
  Status ReadMetadata();
  void Inherit(ManifestEntry& entry);

  avro::FileReader file_;
  ManifestMetadata metadata_;
  ManifestContent content_;
  SnapshotId snapshot_id_;
  SequenceNumber sequence_number_;
  std::optional<int64_t> next_row_id_;
  avro::RecordPlan<RawEntry> entry_plan_;
  avro::RecordPlan<DataFile> file_plan_;
  avro::Decoder block_{std::string_view()};
  int64_t left_in_block_ = 0;
};

/// All entries at once. Errors: as above; kPayloadTooLarge above `max_entries`.
Result<std::vector<ManifestEntry>> ReadManifest(std::string_view bytes,
                                                const ManifestFile& manifest,
                                                size_t max_entries = 5'000'000);

}  // namespace firn::iceberg
