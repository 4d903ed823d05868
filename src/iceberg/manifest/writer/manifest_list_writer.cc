#include "iceberg/manifest/writer/manifest_list_writer.h"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "iceberg/manifest/avro/encoder.h"
#include "iceberg/manifest/avro/file_writer.h"
#include "iceberg/manifest/writer/output_fields_internal.h"

namespace firn::iceberg {
namespace {

constexpr std::string_view kSummaries =
    R"({"type":"array","items":{"type":"record","name":"r508","fields":[)"
    R"({"name":"contains_null","type":"boolean","field-id":509},)"
    R"({"name":"contains_nan","type":["null","boolean"],"default":null,"field-id":518},)"
    R"({"name":"lower_bound","type":["null","bytes"],"default":null,"field-id":510},)"
    R"({"name":"upper_bound","type":["null","bytes"],"default":null,"field-id":511}]},)"
    R"("element-id":508})";

constexpr Presences kCount = {Presence::kOptional, Presence::kRequired, Presence::kRequired};

constexpr std::array kFields = {
    Output<&ManifestFile::path>(500, "manifest_path", R"("string")", kRequired),
    Output<&ManifestFile::length_bytes>(501, "manifest_length", kLong, kRequired),
    Output<&ManifestFile::spec_id>(502, "partition_spec_id", kInt, kRequired),
    Output<&ManifestFile::content>(517, "content", kInt, kRequiredFromV2),
    Output<&ManifestFile::sequence_number>(515, "sequence_number", kLong, kRequiredFromV2),
    Output<&ManifestFile::min_sequence_number>(516, "min_sequence_number", kLong, kRequiredFromV2),
    Output<&ManifestFile::added_snapshot_id>(503, "added_snapshot_id", kLong, kRequired),
    Output<&ManifestFile::added_files_count>(504, "added_files_count", kInt, kCount),
    Output<&ManifestFile::existing_files_count>(505, "existing_files_count", kInt, kCount),
    Output<&ManifestFile::deleted_files_count>(506, "deleted_files_count", kInt, kCount),
    Output<&ManifestFile::added_rows_count>(512, "added_rows_count", kLong, kCount),
    Output<&ManifestFile::existing_rows_count>(513, "existing_rows_count", kLong, kCount),
    Output<&ManifestFile::deleted_rows_count>(514, "deleted_rows_count", kLong, kCount),
    Output<&ManifestFile::partitions>(507, "partitions", kSummaries, kOptional),
    Output<&ManifestFile::key_metadata>(519, "key_metadata", R"("bytes")", kOptional),
    Output<&ManifestFile::first_row_id>(520, "first_row_id", kLong, kOptionalFromV3),
};

std::vector<std::pair<std::string, std::string>> Metadata(const ManifestListOptions& options) {
  std::vector<std::pair<std::string, std::string>> metadata{
      {"snapshot-id", std::to_string(options.snapshot_id.value())},
      {"parent-snapshot-id", options.parent_snapshot_id.has_value()
                                 ? std::to_string(options.parent_snapshot_id->value())
                                 : "null"}};
  if (options.format_version > 1) {
    metadata.emplace_back("sequence-number", std::to_string(options.sequence_number.value()));
  }
  if (options.format_version > 2) {
    metadata.emplace_back("first-row-id", std::to_string(options.first_row_id));
  }
  metadata.emplace_back("format-version", std::to_string(options.format_version));
  return metadata;
}

Error Unfit(std::string why, const ManifestFile& manifest) {
  return Error(ErrorCode::kInvalidArgument, std::move(why)).With("manifest", manifest.path);
}

/// Gives a new manifest the numbers of its commit.
Status AssignSequenceNumbers(const ManifestListOptions& options, ManifestFile& manifest) {
  if (manifest.sequence_number != kUnassignedSequenceNumber &&
      manifest.min_sequence_number != kUnassignedSequenceNumber) {
    return {};
  }
  if (manifest.added_snapshot_id != options.snapshot_id) {
    return Unfit("A manifest of another snapshot has no sequence number", manifest);
  }
  for (SequenceNumber* number : {&manifest.sequence_number, &manifest.min_sequence_number}) {
    if (*number == kUnassignedSequenceNumber) {
      *number = options.sequence_number;
    }
  }
  return {};
}

/// Returns the next free id. Keeps one that was given before; delete manifests have none. Existing
/// rows count too: a manifest from before v3 may hold files that never got row ids.
Result<int64_t> AssignFirstRowId(ManifestFile& manifest, int64_t next_row_id) {
  if (manifest.content == ManifestContent::kDeletes) {
    manifest.first_row_id.reset();
    return next_row_id;
  }
  if (manifest.first_row_id.has_value()) {
    return next_row_id;
  }
  if (!manifest.added_rows_count.has_value() || !manifest.existing_rows_count.has_value()) {
    return Unfit("A manifest does not say how many rows it has", manifest);
  }
  manifest.first_row_id = next_row_id;
  if (__builtin_add_overflow(next_row_id, *manifest.added_rows_count, &next_row_id) ||
      __builtin_add_overflow(next_row_id, *manifest.existing_rows_count, &next_row_id)) {
    return Unfit("Row ids are exhausted", manifest);
  }
  return next_row_id;
}

}  // namespace

Result<WrittenManifestList> WriteManifestList(std::span<const ManifestFile> manifests,
                                              const ManifestListOptions& options) {
  FormatVersion version = options.format_version;
  if (version < 1 || version > kMaxFormatVersion) {
    return Error(ErrorCode::kUnsupported, "Manifest lists of format version " +
                                              std::to_string(version) + " are not written");
  }
  std::string schema = RecordText<ManifestFile>("manifest_file", kFields, version);
  ASSIGN_OR_RETURN(avro::FileWriter file,
                   avro::FileWriter::Make(schema, Metadata(options), options.compression));
  WrittenManifestList written{.next_row_id = options.first_row_id};
  avro::Encoder encoder;
  for (const ManifestFile& listed : manifests) {
    if (version == 1 && listed.content != ManifestContent::kData) {
      return Unfit("v1 tables have no delete manifests", listed);
    }
    ManifestFile manifest = listed;
    RETURN_IF_ERROR(AssignSequenceNumbers(options, manifest));
    if (version > 2) {
      ASSIGN_OR_RETURN(written.next_row_id, AssignFirstRowId(manifest, written.next_row_id));
    }
    encoder.Clear();
    for (const auto& field : kFields) {
      auto status = WriteField(encoder, field, manifest, version);
      if (!status.has_value()) {
        return TakeError(std::move(status)).With("manifest", manifest.path);
      }
    }
    RETURN_IF_ERROR(file.Append(encoder.buffer()));
  }
  ASSIGN_OR_RETURN(written.bytes, std::move(file).Finish());
  return written;
}

}  // namespace firn::iceberg
