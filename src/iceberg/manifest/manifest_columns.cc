#include "iceberg/manifest/manifest_columns.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace firn::iceberg {
namespace {

template <class T>
size_t HeapBytes(const std::vector<T>& values) {
  return values.capacity() * sizeof(T);
}

size_t HeapBytes(const std::string& text) {
  return text.capacity() > std::string().capacity() ? text.capacity() + 1 : 0;
}

size_t HeapBytes(const StructValue& tuple) {
  size_t bytes = HeapBytes(tuple.fields);
  for (const auto& [id, literal] : tuple.fields) {
    if (const auto* text = literal.As<std::string>()) {
      bytes += HeapBytes(*text);
    } else if (const auto* binary = literal.As<Bytes>()) {
      bytes += HeapBytes(binary->data);
    }
  }
  return bytes;
}

std::optional<std::string> TextAt(const TextColumn& column, size_t row) {
  std::string_view text = column.empty() ? std::string_view() : column[row];
  return text.empty() ? std::nullopt : std::optional(std::string(text));
}

std::optional<SequenceNumber> NumberAt(const std::vector<SequenceNumber>& column, size_t row) {
  return column[row] == kNoSequenceNumber ? std::nullopt : std::optional(column[row]);
}

template <class T>
std::vector<T> ListAt(const ListColumn<T>& column, size_t row) {
  if (column.empty()) {
    return {};
  }
  auto list = column[row];
  return {list.begin(), list.end()};
}

void AddMetrics(const FieldMetrics& metrics, size_t row, DataFile& file) {
  auto add_count = [&](const CountColumn& column, CountsByField& counts) {
    if (int64_t value = column[row]; value != kAbsent) {
      counts.emplace_back(metrics.id, value);
    }
  };
  auto add_bound = [&](const BoundColumn& column, BoundsByField& bounds) {
    if (auto value = column.Value(row); value.has_value()) {
      bounds.emplace_back(metrics.id, *value);
    }
  };
  add_count(metrics.column_sizes, file.column_sizes);
  add_count(metrics.value_counts, file.value_counts);
  add_count(metrics.null_value_counts, file.null_value_counts);
  add_count(metrics.nan_value_counts, file.nan_value_counts);
  add_bound(metrics.lower_bounds, file.lower_bounds);
  add_bound(metrics.upper_bounds, file.upper_bounds);
}

}  // namespace

const FieldMetrics* ManifestColumns::FindMetrics(FieldId id) const {
  auto found = std::ranges::lower_bound(metrics, id, {}, &FieldMetrics::id);
  return found == metrics.end() || found->id != id ? nullptr : &*found;
}

ManifestEntry ManifestColumns::EntryAt(size_t row) const {
  ManifestEntry entry;
  entry.status = statuses[row];
  entry.snapshot_id = snapshot_ids[row];
  entry.sequence_number = NumberAt(sequence_numbers, row);
  entry.file_sequence_number = NumberAt(file_sequence_numbers, row);
  DataFile& file = entry.file;
  file.content = contents[row];
  file.path = paths[row];
  file.format = formats[row];
  file.partition = partitions[partition_ids[row]];
  file.record_count = record_counts[row];
  file.file_size_bytes = file_sizes_bytes[row];
  for (const FieldMetrics& field : metrics) {
    AddMetrics(field, row, file);
  }
  file.key_metadata = TextAt(key_metadata, row);
  file.split_offsets = ListAt(split_offsets, row);
  file.equality_ids = ListAt(equality_ids, row);
  if (auto order = ValueAt(sort_order_ids, row); order.has_value()) {
    file.sort_order_id = SortOrderId(static_cast<int32_t>(*order));
  }
  file.first_row_id = ValueAt(first_row_ids, row);
  file.referenced_data_file = TextAt(referenced_data_files, row);
  file.content_offset = ValueAt(content_offsets, row);
  file.content_size_bytes = ValueAt(content_sizes_bytes, row);
  return entry;
}

size_t ManifestColumns::MemoryBytes() const {
  size_t bytes = sizeof(*this) + projection.fields().size_bytes();
  bytes += HeapBytes(statuses) + HeapBytes(contents) + HeapBytes(formats);
  bytes += HeapBytes(snapshot_ids) + HeapBytes(sequence_numbers) +
           HeapBytes(file_sequence_numbers) + paths.MemoryBytes();
  bytes += HeapBytes(record_counts) + HeapBytes(file_sizes_bytes) + HeapBytes(partition_ids) +
           HeapBytes(partitions);
  for (const StructValue& tuple : partitions) {
    bytes += HeapBytes(tuple);
  }
  bytes += HeapBytes(first_row_ids) + HeapBytes(sort_order_ids) + HeapBytes(content_offsets) +
           HeapBytes(content_sizes_bytes) + referenced_data_files.MemoryBytes() +
           key_metadata.MemoryBytes() + split_offsets.MemoryBytes() + equality_ids.MemoryBytes() +
           HeapBytes(metrics);
  for (const FieldMetrics& field : metrics) {
    bytes += field.MemoryBytes();
  }
  return bytes;
}

}  // namespace firn::iceberg
