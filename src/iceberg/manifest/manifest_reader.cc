#include "iceberg/manifest/manifest_reader.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "iceberg/manifest/data_file_fields_internal.h"
#include "iceberg/manifest/field_values_internal.h"

namespace firn::iceberg {
namespace {

using avro::Decoder;
using avro::Node;
using RawEntry = ManifestReader::RawEntry;
using Handler = avro::FieldHandler<RawEntry>;

constexpr int32_t kDataFileId = 2;

void ReadFile(Decoder& decoder, const Node& node, RawEntry& out) {
  if (decoder.Resolve(node).kind == avro::Kind::kRecord) {
    out.file_plan->Read(decoder, out.file);
  }
}

constexpr std::array kEntryFields = {
    Handler{0, "status", Into<&RawEntry::status_value>},
    Handler{1, "snapshot_id", Into<&RawEntry::own_snapshot_id>},
    Handler{3, "sequence_number", Into<&RawEntry::sequence_number>},
    Handler{4, "file_sequence_number", Into<&RawEntry::file_sequence_number>},
    Handler{kDataFileId, "data_file", ReadFile},
};

/// A number in the file's metadata, where all values are texts.
std::optional<int32_t> ToInt32(std::optional<std::string_view> text) {
  int32_t value = 0;
  if (!text.has_value()) {
    return std::nullopt;
  }
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  return error == std::errc() && end == text->data() + text->size() ? std::optional(value)
                                                                    : std::nullopt;
}

/// The record behind an optional (a union with null).
const Node* RecordOf(const Node* node) {
  if (node->kind == avro::Kind::kUnion) {
    auto is_record = [](const Node* branch) { return branch->kind == avro::Kind::kRecord; };
    auto found = std::ranges::find_if(node->children, is_record);
    return found == node->children.end() ? nullptr : *found;
  }
  return node->kind == avro::Kind::kRecord ? node : nullptr;
}

}  // namespace

Result<ManifestReader> ManifestReader::Open(std::string_view bytes,
                                            const ManifestFile& manifest,
                                            EntryFields columns) {
  // Cut at the end of a block a file would look whole.
  if (static_cast<int64_t>(bytes.size()) < manifest.length_bytes) {
    return Error(ErrorCode::kInvalidMetadata, "Truncated manifest " + manifest.path +
                                                  ": ends at byte " + std::to_string(bytes.size()) +
                                                  " of " + std::to_string(manifest.length_bytes));
  }
  ASSIGN_OR_RETURN(avro::FileReader file, avro::FileReader::Open(bytes, manifest.path));
  ManifestReader reader(std::move(file), manifest);
  RETURN_IF_ERROR(reader.ReadMetadata());
  auto planned = reader.Plan(columns);
  if (!planned.has_value()) {
    return TakeError(std::move(planned)).With("file", manifest.path);
  }
  return reader;
}

Status ManifestReader::ReadMetadata() {
  metadata_.schema = file_.Metadata("schema").value_or("");
  metadata_.partition_spec = file_.Metadata("partition-spec").value_or("");
  if (auto id = ToInt32(file_.Metadata("schema-id")); id.has_value()) {
    metadata_.schema_id = SchemaId(*id);
  }
  if (auto id = ToInt32(file_.Metadata("partition-spec-id")); id.has_value()) {
    metadata_.partition_spec_id = SpecId(*id);
  }
  metadata_.format_version = ToInt32(file_.Metadata("format-version")).value_or(1);
  if (auto content = file_.Metadata("content"); content.has_value()) {
    metadata_.content = *content == "deletes" ? ManifestContent::kDeletes : ManifestContent::kData;
  } else {
    metadata_.content = content_;
  }
  return {};
}

Status ManifestReader::Plan(EntryFields columns) {
  const Node& root = file_.schema().root();
  auto is_file = [](const avro::Field& field) {
    return field.id.has_value() ? *field.id == kDataFileId : field.name == "data_file";
  };
  auto found = std::ranges::find_if(root.fields, is_file);
  const Node* record = found == root.fields.end() ? nullptr : RecordOf(found->type);
  if (record == nullptr) {
    return Error(ErrorCode::kInvalidMetadata, "A manifest's entries have no data file");
  }
  entry_plan_ = avro::RecordPlan<RawEntry>(root, kEntryFields);
  file_plan_ = avro::RecordPlan<DataFile>(*record, DataFileFields(columns));
  return {};
}

Result<bool> ManifestReader::Next(ManifestEntry& entry) {
  while (left_in_block_ == 0) {
    ASSIGN_OR_RETURN(auto block, file_.NextBlock());
    if (!block.has_value()) {
      return false;
    }
    block_ = avro::Decoder(block->content);
    left_in_block_ = block->count;
  }
  --left_in_block_;
  RawEntry raw;
  raw.file_plan = &file_plan_;
  entry_plan_.Read(block_, raw);
  int32_t status = raw.status_value.value_or(-1);
  if (block_.ok() && (status < 0 || status > 2)) {
    block_.Fail("unknown entry status");
  }
  if (block_.ok() && raw.file.path.empty()) {
    block_.Fail("a file without a path");
  }
  if (!block_.ok()) {
    return file_.BlockError(block_);
  }
  entry.status = static_cast<EntryStatus>(status);
  entry.snapshot_id = raw.own_snapshot_id.value_or(snapshot_id_);
  entry.sequence_number = raw.sequence_number;
  entry.file_sequence_number = raw.file_sequence_number;
  entry.file = std::move(raw.file);
  Inherit(entry);
  return true;
}

void ManifestReader::Inherit(ManifestEntry& entry) {
  // v1 manifests carry no numbers: 0. Else only what this manifest added may leave them out.
  bool inherits = sequence_number_ == SequenceNumber(0) || entry.status == EntryStatus::kAdded;
  if (inherits && !entry.sequence_number.has_value()) {
    entry.sequence_number = sequence_number_;
  }
  if (inherits && !entry.file_sequence_number.has_value()) {
    entry.file_sequence_number = sequence_number_;
  }
  if (!next_row_id_.has_value() || metadata_.content == ManifestContent::kDeletes) {
    // A manifest from before v3: whatever its files say was never assigned.
    entry.file.first_row_id.reset();
  } else if (entry.is_live() && !entry.file.first_row_id.has_value()) {
    entry.file.first_row_id = next_row_id_;
    // Wraps on a nonsensical count instead of overflowing.
    next_row_id_ = static_cast<int64_t>(static_cast<uint64_t>(*next_row_id_) +
                                        static_cast<uint64_t>(entry.file.record_count));
  }
}

Result<std::vector<ManifestEntry>> ReadManifest(std::string_view bytes,
                                                const ManifestFile& manifest,
                                                size_t max_entries) {
  ASSIGN_OR_RETURN(ManifestReader reader, ManifestReader::Open(bytes, manifest, EntryFields::kAll));
  std::vector<ManifestEntry> entries;
  ManifestEntry entry;
  while (true) {
    ASSIGN_OR_RETURN(bool more, reader.Next(entry));
    if (!more) {
      return entries;
    }
    if (entries.size() == max_entries) {
      return Error(ErrorCode::kPayloadTooLarge, "Manifest has too many entries: " + manifest.path);
    }
    entries.push_back(std::move(entry));
  }
}

}  // namespace firn::iceberg
