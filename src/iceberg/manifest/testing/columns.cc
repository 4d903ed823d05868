#include "iceberg/manifest/testing/columns.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace firn::iceberg::testing {
namespace {

/// Adds columns that most manifests lack only where an entry has a value.
template <class Member>
std::vector<int64_t> Optional(std::span<const ManifestEntry> entries, Member member) {
  std::vector<int64_t> values;
  for (const ManifestEntry& entry : entries) {
    values.push_back(member(entry.file).value_or(kAbsent));
  }
  return std::ranges::count(values, kAbsent) == std::ssize(values) ? std::vector<int64_t>()
                                                                   : values;
}

template <class Member>
TextColumn OptionalText(std::span<const ManifestEntry> entries, Member member) {
  TextColumn texts;
  bool any = false;
  for (const ManifestEntry& entry : entries) {
    texts.Append((entry.file.*member).value_or(""));
    any = any || (entry.file.*member).has_value();
  }
  return any ? texts : TextColumn();
}

template <class T, class Member>
ListColumn<T> OptionalList(std::span<const ManifestEntry> entries, Member member) {
  ListColumn<T> lists;
  bool any = false;
  for (const ManifestEntry& entry : entries) {
    lists.Append(entry.file.*member);
    any = any || !(entry.file.*member).empty();
  }
  return any ? lists : ListColumn<T>();
}

uint32_t PartitionId(std::vector<StructValue>& partitions, const StructValue& tuple) {
  auto found = std::ranges::find(partitions, tuple);
  size_t id = static_cast<size_t>(found - partitions.begin());
  if (found == partitions.end()) {
    partitions.push_back(tuple);
  }
  return static_cast<uint32_t>(id);
}

void AddMetrics(std::map<FieldId, FieldMetrics>& metrics,
                const MetricsProjection& projection,
                size_t row,
                const DataFile& file) {
  auto set = [&](const auto& pairs, auto column) {
    for (const auto& [id, value] : pairs) {
      if (projection.Includes(id)) {
        (metrics[id].*column).Set(row, value);
      }
    }
  };
  set(file.column_sizes, &FieldMetrics::column_sizes);
  set(file.value_counts, &FieldMetrics::value_counts);
  set(file.null_value_counts, &FieldMetrics::null_value_counts);
  set(file.nan_value_counts, &FieldMetrics::nan_value_counts);
  set(file.lower_bounds, &FieldMetrics::lower_bounds);
  set(file.upper_bounds, &FieldMetrics::upper_bounds);
}

}  // namespace

ManifestColumns ColumnsOf(std::span<const ManifestEntry> entries,
                          const MetricsProjection& projection) {
  ManifestColumns columns;
  columns.projection = projection;
  std::map<FieldId, FieldMetrics> metrics;
  for (const ManifestEntry& entry : entries) {
    AddMetrics(metrics, projection, columns.size(), entry.file);
    columns.statuses.push_back(entry.status);
    columns.contents.push_back(entry.file.content);
    columns.formats.push_back(entry.file.format);
    columns.snapshot_ids.push_back(entry.snapshot_id);
    columns.sequence_numbers.push_back(entry.sequence_number.value_or(kNoSequenceNumber));
    columns.file_sequence_numbers.push_back(entry.file_sequence_number.value_or(kNoSequenceNumber));
    columns.paths.Append(entry.file.path);
    columns.record_counts.push_back(entry.file.record_count);
    columns.file_sizes_bytes.push_back(entry.file.file_size_bytes);
    columns.partition_ids.push_back(PartitionId(columns.partitions, entry.file.partition));
  }
  columns.first_row_ids = Optional(entries, [](const DataFile& f) { return f.first_row_id; });
  columns.content_offsets = Optional(entries, [](const DataFile& f) { return f.content_offset; });
  columns.content_sizes_bytes =
      Optional(entries, [](const DataFile& f) { return f.content_size_bytes; });
  columns.sort_order_ids = Optional(entries, [](const DataFile& f) {
    return f.sort_order_id.has_value() ? std::optional<int64_t>(f.sort_order_id->value())
                                       : std::nullopt;
  });
  columns.referenced_data_files = OptionalText(entries, &DataFile::referenced_data_file);
  columns.key_metadata = OptionalText(entries, &DataFile::key_metadata);
  columns.split_offsets = OptionalList<int64_t>(entries, &DataFile::split_offsets);
  columns.equality_ids = OptionalList<FieldId>(entries, &DataFile::equality_ids);
  for (auto& [id, field] : metrics) {
    field.id = id;
    field.Finish(columns.size());
    columns.metrics.push_back(std::move(field));
  }
  return columns;
}

}  // namespace firn::iceberg::testing
