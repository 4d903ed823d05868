// ColumnsBuilder: fills the columns of one manifest, entry by entry: checks an entry, lets it
// inherit from the manifest list, counts memory.
//
// Thread-safety: one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "iceberg/manifest/entry_program_internal.h"
#include "iceberg/manifest/manifest_columns.h"
#include "iceberg/manifest/manifest_decoder.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/manifest/manifest_metadata.h"
#include "iceberg/manifest/metrics_builder_internal.h"
#include "iceberg/manifest/partition_dictionary_internal.h"

namespace firn::iceberg {

/// An entry as the file has it, before inheritance. Texts point into the block.
struct EntryRow {
  std::array<int64_t, kEntryNumbers> numbers;
  std::array<std::string_view, kEntryTexts> texts;
  std::array<std::vector<int64_t>, kEntryLists> lists;
  /// The tuple as it lies in the file.
  std::string_view partition;

  EntryRow() { Clear(); }
  void Clear() {
    numbers.fill(kAbsent);
    texts.fill({});
    for (std::vector<int64_t>& list : lists) {
      list.clear();
    }
    partition = {};
  }
  int64_t number(EntryNumber which) const { return numbers[static_cast<size_t>(which)]; }
  std::string_view text(EntryText which) const { return texts[static_cast<size_t>(which)]; }
  const std::vector<int64_t>& list(EntryList which) const {
    return lists[static_cast<size_t>(which)];
  }
};

class ColumnsBuilder {
 public:
  /// `partition` is the type of the tuples in the file; null where it has none. It and the options
  /// outlive the builder.
  ColumnsBuilder(const ManifestFile& manifest,
                 const ManifestMetadata& metadata,
                 const DecodeOptions& options,
                 const avro::Node* partition);

  /// Takes the metrics of the entry that Append comes for next.
  MetricsBuilder& metrics() { return metrics_; }

  /// Adds an entry. Returns what is wrong with it; empty where nothing is.
  std::string_view Append(const EntryRow& row);
  size_t size() const { return columns_->size(); }
  /// About what the columns hold.
  size_t memory_bytes() const {
    return memory_bytes_ + metrics_.memory_bytes() + partitions_.memory_bytes();
  }

  std::shared_ptr<ManifestColumns> Finish() &&;

 private:
  FileFormat FormatOf(std::string_view name);
  void AppendInherited(const EntryRow& row, EntryStatus status);
  void AppendRowId(const EntryRow& row, EntryStatus status);
  void AppendRare(const EntryRow& row);
  void Reserve(const ManifestFile& manifest);

  std::shared_ptr<ManifestColumns> columns_ = std::make_shared<ManifestColumns>();
  /// By the manifest list.
  size_t expected_rows_;
  MetricsBuilder metrics_;
  PartitionDictionary partitions_;
  SnapshotId snapshot_id_;
  SequenceNumber sequence_number_;
  /// kAbsent where none are given.
  int64_t next_row_id_ = kAbsent;
  size_t max_path_bytes_ = 0;
  std::string last_format_name_;
  FileFormat last_format_ = FileFormat::kOther;
  size_t memory_bytes_ = 0;
};

}  // namespace firn::iceberg
