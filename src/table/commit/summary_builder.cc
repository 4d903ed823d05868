#include "table/commit/summary_builder.h"

#include <charconv>
#include <optional>

#include "iceberg/schema/partition_key.h"

namespace firn::table {
namespace {

std::optional<int64_t> TotalOf(const iceberg::Snapshot* parent, std::string_view key) {
  if (parent == nullptr) {
    return 0;
  }
  auto text = parent->summary.Find(key);
  int64_t total = 0;
  if (!text.has_value() ||
      std::from_chars(text->data(), text->data() + text->size(), total).ptr !=
          text->data() + text->size() ||
      total < 0) {
    return std::nullopt;
  }
  return total;
}

}  // namespace

void SummaryBuilder::Count(const iceberg::DataFile& file, Counts& counts) {
  switch (file.content) {
    case iceberg::FileContent::kData:
      ++counts.data_files;
      counts.records += file.record_count;
      break;
    case iceberg::FileContent::kPositionDeletes:
      ++counts.delete_files;
      ++(file.format == iceberg::FileFormat::kPuffin ? counts.vectors
                                                     : counts.position_delete_files);
      counts.position_deletes += file.record_count;
      break;
    case iceberg::FileContent::kEqualityDeletes:
      ++counts.delete_files;
      ++counts.equality_delete_files;
      counts.equality_deletes += file.record_count;
      break;
  }
  // Of a Puffin file only the vector counts.
  counts.bytes += file.content_size_bytes.value_or(file.file_size_bytes);
}

void SummaryBuilder::Add(const iceberg::DataFile& file, iceberg::SpecId spec) {
  Count(file, added_);
  partitions_.insert(iceberg::PartitionKey(spec, file.partition));
}

void SummaryBuilder::Remove(const iceberg::DataFile& file, iceberg::SpecId spec) {
  Count(file, removed_);
  partitions_.insert(iceberg::PartitionKey(spec, file.partition));
}

iceberg::SnapshotSummary SummaryBuilder::Finish(const iceberg::Snapshot* parent,
                                                Pairs first,
                                                Pairs environment) const {
  iceberg::SnapshotSummary summary;
  auto add_pairs = [&](Pairs pairs) {
    for (const auto& [key, value] : pairs) {
      summary.Add(key, value);
    }
  };
  auto add_if_any = [&](std::string_view key, int64_t count) {
    if (count > 0) {
      summary.Add(key, std::to_string(count));
    }
  };
  add_pairs(first);
  add_if_any("added-data-files", added_.data_files);
  add_if_any("deleted-data-files", removed_.data_files);
  add_if_any("added-equality-delete-files", added_.equality_delete_files);
  add_if_any("removed-equality-delete-files", removed_.equality_delete_files);
  add_if_any("added-position-delete-files", added_.position_delete_files);
  add_if_any("removed-position-delete-files", removed_.position_delete_files);
  add_if_any("added-delete-files", added_.delete_files);
  add_if_any("removed-delete-files", removed_.delete_files);
  add_if_any("added-dvs", added_.vectors);
  add_if_any("removed-dvs", removed_.vectors);
  add_if_any("added-records", added_.records);
  add_if_any("deleted-records", removed_.records);
  add_if_any("added-files-size", added_.bytes);
  add_if_any("removed-files-size", removed_.bytes);
  add_if_any("added-position-deletes", added_.position_deletes);
  add_if_any("removed-position-deletes", removed_.position_deletes);
  add_if_any("added-equality-deletes", added_.equality_deletes);
  add_if_any("removed-equality-deletes", removed_.equality_deletes);
  summary.Add("changed-partition-count", std::to_string(partitions_.size()));

  auto add_total = [&](std::string_view key, int64_t Counts::* count) {
    if (auto total = TotalOf(parent, key)) {
      *total += added_.*count - removed_.*count;
      if (*total >= 0) {
        summary.Add(key, std::to_string(*total));
      }
    }
  };
  add_total("total-records", &Counts::records);
  add_total("total-files-size", &Counts::bytes);
  add_total("total-data-files", &Counts::data_files);
  add_total("total-delete-files", &Counts::delete_files);
  add_total("total-position-deletes", &Counts::position_deletes);
  add_total("total-equality-deletes", &Counts::equality_deletes);
  add_pairs(environment);
  return summary;
}

}  // namespace firn::table
