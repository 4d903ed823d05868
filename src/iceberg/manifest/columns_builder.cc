#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "iceberg/manifest/columns_builder_internal.h"

namespace firn::iceberg {
namespace {

/// What an entry takes in the columns that every manifest has, and in those that some have.
constexpr size_t kRowBytes = 51 + 48;
/// A claim of the list is believed up to so many entries a byte of the file.
constexpr int64_t kMinEntryBytes = 16;
/// Room for paths is made beforehand for up to so many bytes a byte of the file.
constexpr size_t kPathBytesAByte = 4;

void SetOptional(std::vector<int64_t>& column, size_t row, int64_t value) {
  if (value != kAbsent) {
    column.resize(row, kAbsent);
    column.push_back(value);
  }
}

void SetOptional(TextColumn& column, size_t row, std::string_view text) {
  if (!text.empty()) {
    while (column.size() < row) {
      column.Append({});
    }
    column.Append(text);
  }
}

template <class T>
void SetOptional(ListColumn<T>& column, size_t row, std::span<const T> list) {
  if (!list.empty()) {
    while (column.size() < row) {
      column.Append({});
    }
    column.Append(list);
  }
}

void FinishNumbers(std::vector<int64_t>& column, size_t rows) {
  if (!column.empty()) {
    column.resize(rows, kAbsent);
    column.shrink_to_fit();
  }
}

/// A column of texts or lists.
void FinishItems(auto& column, size_t rows) {
  while (!column.empty() && column.size() < rows) {
    column.Append({});
  }
  column.ShrinkToFit();
}

/// How many entries the list says there are, as far as that can be.
size_t ExpectedRows(const ManifestFile& manifest) {
  int64_t entries = 0;
  for (auto count :
       {manifest.added_files_count, manifest.existing_files_count, manifest.deleted_files_count}) {
    entries += std::max(count.value_or(0), 0);
  }
  int64_t most = std::max<int64_t>(manifest.length_bytes, 0) / kMinEntryBytes;
  return static_cast<size_t>(std::min(entries, most));
}

bool FitsInt32(int64_t value) {
  return value >= std::numeric_limits<int32_t>::min() &&
         value <= std::numeric_limits<int32_t>::max();
}

}  // namespace

ColumnsBuilder::ColumnsBuilder(const ManifestFile& manifest,
                               const ManifestMetadata& metadata,
                               const DecodeOptions& options,
                               const avro::Node* partition)
    : expected_rows_(ExpectedRows(manifest)),
      metrics_(options.projection, expected_rows_, options.max_memory_bytes),
      partitions_(partition),
      snapshot_id_(manifest.added_snapshot_id),
      sequence_number_(manifest.sequence_number) {
  columns_->format_version = metadata.format_version;
  columns_->content = metadata.content.value_or(manifest.content);
  // Delete files have no row ids, and a manifest from before v3 has none to give.
  if (columns_->content == ManifestContent::kData) {
    next_row_id_ = manifest.first_row_id.value_or(kAbsent);
  }
  columns_->spec_id = manifest.spec_id;
  columns_->projection = options.projection;
  Reserve(manifest);
}

void ColumnsBuilder::Reserve(const ManifestFile& manifest) {
  max_path_bytes_ =
      kPathBytesAByte * static_cast<size_t>(std::max<int64_t>(manifest.length_bytes, 0));
  columns_->statuses.reserve(expected_rows_);
  columns_->contents.reserve(expected_rows_);
  columns_->formats.reserve(expected_rows_);
  columns_->snapshot_ids.reserve(expected_rows_);
  columns_->sequence_numbers.reserve(expected_rows_);
  columns_->file_sequence_numbers.reserve(expected_rows_);
  columns_->record_counts.reserve(expected_rows_);
  columns_->file_sizes_bytes.reserve(expected_rows_);
  columns_->partition_ids.reserve(expected_rows_);
}

std::string_view ColumnsBuilder::Append(const EntryRow& row) {
  int64_t status = row.number(EntryNumber::kStatus);
  if (status < 0 || status > 2) {
    return "unknown entry status";
  }
  int64_t content = row.number(EntryNumber::kContent);
  content = content == kAbsent ? 0 : content;
  if (content < 0 || content > 2) {
    return "unknown file content";
  }
  std::string_view path = row.text(EntryText::kPath);
  if (path.empty()) {
    return "a file without a path";
  }
  int64_t order = row.number(EntryNumber::kSortOrderId);
  if ((order != kAbsent && !FitsInt32(order)) ||
      !std::ranges::all_of(row.list(EntryList::kEqualityIds), FitsInt32)) {
    return "an integer exceeds 32 bits";
  }
  std::optional<uint32_t> partition = partitions_.IdOf(row.partition);
  if (!partition.has_value()) {
    return "a damaged partition";
  }
  auto value = [&](EntryNumber which) {
    int64_t number = row.number(which);
    return number == kAbsent ? 0 : number;
  };
  AppendRowId(row, static_cast<EntryStatus>(status));
  AppendRare(row);
  AppendInherited(row, static_cast<EntryStatus>(status));
  columns_->contents.push_back(static_cast<FileContent>(content));
  columns_->formats.push_back(FormatOf(row.text(EntryText::kFormat)));
  if (columns_->paths.empty()) {
    columns_->paths.Reserve(expected_rows_,
                            std::min(expected_rows_ * path.size(), max_path_bytes_));
  }
  columns_->paths.Append(path);
  columns_->record_counts.push_back(value(EntryNumber::kRecordCount));
  columns_->file_sizes_bytes.push_back(value(EntryNumber::kFileSize));
  columns_->partition_ids.push_back(*partition);
  columns_->statuses.push_back(static_cast<EntryStatus>(status));
  memory_bytes_ += kRowBytes + path.size();
  metrics_.NextRow();
  return {};
}

FileFormat ColumnsBuilder::FormatOf(std::string_view name) {
  if (name != last_format_name_) {
    last_format_name_ = name;
    last_format_ = FileFormatOf(name);
  }
  return last_format_;
}

void ColumnsBuilder::AppendInherited(const EntryRow& row, EntryStatus status) {
  int64_t snapshot = row.number(EntryNumber::kSnapshotId);
  columns_->snapshot_ids.push_back(snapshot == kAbsent ? snapshot_id_ : SnapshotId(snapshot));
  // v1 manifests carry no numbers: 0. Else only what this manifest added may leave them out.
  bool inherits = sequence_number_ == SequenceNumber(0) || status == EntryStatus::kAdded;
  auto inherit = [&](EntryNumber which) {
    SequenceNumber number(row.number(which));
    return number == kNoSequenceNumber && inherits ? sequence_number_ : number;
  };
  columns_->sequence_numbers.push_back(inherit(EntryNumber::kSequenceNumber));
  columns_->file_sequence_numbers.push_back(inherit(EntryNumber::kFileSequenceNumber));
}

void ColumnsBuilder::AppendRowId(const EntryRow& row, EntryStatus status) {
  if (next_row_id_ == kAbsent) {
    return;
  }
  int64_t row_id = row.number(EntryNumber::kFirstRowId);
  if (row_id == kAbsent && status != EntryStatus::kDeleted) {
    row_id = next_row_id_;
    // Wraps on a nonsensical count instead of overflowing.
    int64_t rows = row.number(EntryNumber::kRecordCount);
    next_row_id_ = static_cast<int64_t>(static_cast<uint64_t>(next_row_id_) +
                                        static_cast<uint64_t>(rows == kAbsent ? 0 : rows));
  }
  SetOptional(columns_->first_row_ids, size(), row_id);
}

/// What few manifests have.
void ColumnsBuilder::AppendRare(const EntryRow& row) {
  size_t at = size();
  SetOptional(columns_->sort_order_ids, at, row.number(EntryNumber::kSortOrderId));
  SetOptional(columns_->content_offsets, at, row.number(EntryNumber::kContentOffset));
  SetOptional(columns_->content_sizes_bytes, at, row.number(EntryNumber::kContentSize));
  SetOptional(columns_->referenced_data_files, at, row.text(EntryText::kReferencedFile));
  SetOptional(columns_->key_metadata, at, row.text(EntryText::kKeyMetadata));
  SetOptional<int64_t>(columns_->split_offsets, at, row.list(EntryList::kSplitOffsets));
  const std::vector<int64_t>& equality = row.list(EntryList::kEqualityIds);
  if (!equality.empty()) {
    std::vector<FieldId> ids;
    for (int64_t id : equality) {
      ids.emplace_back(static_cast<int32_t>(id));
    }
    SetOptional<FieldId>(columns_->equality_ids, at, ids);
  }
  memory_bytes_ += row.text(EntryText::kReferencedFile).size() +
                   row.text(EntryText::kKeyMetadata).size() +
                   row.list(EntryList::kSplitOffsets).size() * sizeof(int64_t) +
                   equality.size() * sizeof(FieldId);
}

std::shared_ptr<ManifestColumns> ColumnsBuilder::Finish() && {
  size_t rows = size();
  for (auto* column : {&columns_->first_row_ids, &columns_->sort_order_ids,
                       &columns_->content_offsets, &columns_->content_sizes_bytes}) {
    FinishNumbers(*column, rows);
  }
  FinishItems(columns_->referenced_data_files, rows);
  FinishItems(columns_->key_metadata, rows);
  FinishItems(columns_->split_offsets, rows);
  FinishItems(columns_->equality_ids, rows);
  columns_->paths.ShrinkToFit();
  columns_->partitions = std::move(partitions_).Finish();
  columns_->metrics = std::move(metrics_).Finish();
  return std::move(columns_);
}

}  // namespace firn::iceberg
