#include "iceberg/manifest/writer/manifest_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "iceberg/manifest/avro/encoder.h"
#include "iceberg/manifest/avro/file_writer.h"
#include "iceberg/manifest/writer/entry_record_internal.h"
#include "iceberg/manifest/writer/partition_summaries_internal.h"
#include "iceberg/schema/partition_spec_json.h"
#include "iceberg/schema/schema_json.h"

namespace firn::iceberg {
namespace {

Error Unfit(std::string why, const DataFile& file) {
  return Error(ErrorCode::kInvalidArgument, std::move(why)).With("file", file.path);
}

std::vector<std::pair<std::string, std::string>> Metadata(const ManifestWriterOptions& options) {
  std::string fields;
  JsonWriter writer(fields);
  AppendPartitionFields(options.spec, writer);
  std::vector<std::pair<std::string, std::string>> metadata{
      {"schema", PrintSchema(options.schema)},
      {"schema-id", std::to_string(options.schema.id().value())},
      {"partition-spec", std::move(fields)},
      {"partition-spec-id", std::to_string(options.spec.id.value())},
      {"format-version", std::to_string(options.format_version)}};
  if (options.format_version > 1) {
    metadata.emplace_back("content",
                          options.content == ManifestContent::kData ? "data" : "deletes");
  }
  return metadata;
}

Status CheckOptions(const ManifestWriterOptions& options) {
  if (options.format_version < 1 || options.format_version > kMaxFormatVersion) {
    return Error(ErrorCode::kUnsupported, "Manifests of format version " +
                                              std::to_string(options.format_version) +
                                              " are not written");
  }
  if (options.format_version == 1 && options.content != ManifestContent::kData) {
    return Error(ErrorCode::kInvalidArgument, "v1 tables have no delete files");
  }
  return {};
}

TypePtr TupleType(const ManifestWriterOptions& options) {
  return options.partition_type != nullptr ? options.partition_type
                                           : PartitionType(options.spec, options.schema);
}

}  // namespace

struct ManifestWriter::State {
  State(const ManifestWriterOptions& options, EntryRecord entry_record, avro::FileWriter avro_file)
      : version(options.format_version),
        content(options.content),
        snapshot_id(options.snapshot_id),
        record(std::move(entry_record)),
        file(std::move(avro_file)),
        summaries(TupleType(options)) {
    row.spec_id = options.spec.id;
    row.content = content;
    row.added_snapshot_id = snapshot_id;
    row.sequence_number = kUnassignedSequenceNumber;
    row.min_sequence_number = kUnassignedSequenceNumber;
    row.added_files_count = row.existing_files_count = row.deleted_files_count = 0;
    row.added_rows_count = row.existing_rows_count = row.deleted_rows_count = 0;
  }

  Status Check(const DataFile& data_file) const;
  Status Write(const EntryHead& head, const DataFile& data_file);
  Status WriteKnown(EntryStatus status, SnapshotId snapshot, const ManifestEntry& entry);
  void Count(const EntryHead& head, const DataFile& data_file);

  FormatVersion version;
  ManifestContent content;
  SnapshotId snapshot_id;
  EntryRecord record;
  avro::FileWriter file;
  PartitionSummaries summaries;
  avro::Encoder encoder;
  ManifestFile row;
};

Status ManifestWriter::State::Check(const DataFile& data_file) const {
  if (data_file.path.empty()) {
    return Unfit("A file has no path", data_file);
  }
  if (data_file.format == FileFormat::kOther) {
    return Unfit("A file's format is unknown", data_file);
  }
  if ((data_file.content == FileContent::kData) != (content == ManifestContent::kData)) {
    return Unfit("Data files and delete files are in manifests of their own", data_file);
  }
  if (data_file.record_count < 0 || data_file.file_size_bytes < 0) {
    return Unfit("A file's counts are negative", data_file);
  }
  return {};
}

Status ManifestWriter::State::Write(const EntryHead& head, const DataFile& data_file) {
  RETURN_IF_ERROR(Check(data_file));
  encoder.Clear();
  auto written = record.Write(encoder, head, data_file);
  if (!written.has_value()) {
    return TakeError(std::move(written)).With("file", data_file.path);
  }
  RETURN_IF_ERROR(summaries.Add(data_file.partition));
  RETURN_IF_ERROR(file.Append(encoder.buffer()));
  Count(head, data_file);
  return {};
}

/// An entry whose numbers a commit has assigned; that of its file may not be known.
Status ManifestWriter::State::WriteKnown(EntryStatus status,
                                         SnapshotId snapshot,
                                         const ManifestEntry& entry) {
  if (version > 1 && !entry.sequence_number.has_value()) {
    return Unfit("An entry that is not new has its sequence number", entry.file);
  }
  return Write({status, snapshot, entry.sequence_number, entry.file_sequence_number}, entry.file);
}

void ManifestWriter::State::Count(const EntryHead& head, const DataFile& data_file) {
  auto add = [&](std::optional<int32_t>& files, std::optional<int64_t>& rows) {
    *files += 1;
    *rows += data_file.record_count;
  };
  switch (head.status) {
    case EntryStatus::kAdded:
      add(row.added_files_count, row.added_rows_count);
      break;
    case EntryStatus::kExisting:
      add(row.existing_files_count, row.existing_rows_count);
      break;
    case EntryStatus::kDeleted:
      add(row.deleted_files_count, row.deleted_rows_count);
      return;
  }
  if (head.sequence_number.has_value()) {
    row.min_sequence_number = row.min_sequence_number == kUnassignedSequenceNumber
                                  ? *head.sequence_number
                                  : std::min(row.min_sequence_number, *head.sequence_number);
  }
}

ManifestWriter::ManifestWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ManifestWriter::ManifestWriter(ManifestWriter&&) noexcept = default;
ManifestWriter& ManifestWriter::operator=(ManifestWriter&&) noexcept = default;
ManifestWriter::~ManifestWriter() = default;

Result<ManifestWriter> ManifestWriter::Make(const ManifestWriterOptions& options) {
  RETURN_IF_ERROR(CheckOptions(options));
  ASSIGN_OR_RETURN(PartitionRecord partition, PartitionRecord::Make(TupleType(options)));
  EntryRecord record(options.format_version, std::move(partition));
  ASSIGN_OR_RETURN(
      avro::FileWriter file,
      avro::FileWriter::Make(record.SchemaText(), Metadata(options), options.compression));
  return ManifestWriter(std::make_unique<State>(options, std::move(record), std::move(file)));
}

Status ManifestWriter::Add(const DataFile& file) {
  if (file.first_row_id.has_value()) {
    DataFile unassigned = file;
    unassigned.first_row_id.reset();
    return Add(unassigned);
  }
  return state_->Write({.snapshot_id = state_->snapshot_id}, file);
}

Status ManifestWriter::Add(const DataFile& file, SequenceNumber sequence_number) {
  if (file.first_row_id.has_value()) {
    DataFile unassigned = file;
    unassigned.first_row_id.reset();
    return Add(unassigned, sequence_number);
  }
  return state_->Write({.snapshot_id = state_->snapshot_id, .sequence_number = sequence_number},
                       file);
}

Status ManifestWriter::AddExisting(const ManifestEntry& entry) {
  return state_->WriteKnown(EntryStatus::kExisting, entry.snapshot_id, entry);
}

Status ManifestWriter::AddDeleted(const ManifestEntry& entry) {
  return state_->WriteKnown(EntryStatus::kDeleted, state_->snapshot_id, entry);
}

int64_t ManifestWriter::entries() const {
  const ManifestFile& row = state_->row;
  return int64_t{*row.added_files_count} + *row.existing_files_count + *row.deleted_files_count;
}

size_t ManifestWriter::EstimatedBytes() const { return state_->file.EstimatedBytes(); }

Result<WrittenManifest> ManifestWriter::Finish() && {
  WrittenManifest manifest;
  ASSIGN_OR_RETURN(manifest.bytes, std::move(state_->file).Finish());
  manifest.row = std::move(state_->row);
  manifest.row.length_bytes = std::ssize(manifest.bytes);
  manifest.row.partitions = state_->summaries.Finish();
  return manifest;
}

}  // namespace firn::iceberg
