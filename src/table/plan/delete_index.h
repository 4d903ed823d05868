// DeleteIndex: the delete files of a snapshot, found by the data files they touch. Source: Iceberg
// specification, "Scan Planning" (which deletes apply) and "Deletion Vectors".
//
// - A deletion vector applies to the data file that it names, where the data's sequence number is
//   not above the vector's; the file's position deletes then do not count.
// - A position delete file applies to data files of its partition, or to the one it names, where
//   the data's sequence number is not above its own.
// - An equality delete file applies to data files of its partition, or of all where its spec is
//   unpartitioned, with a lower sequence number than its own.
//
// What cannot touch a file by its metrics (position deletes: bounds of file_path; equality deletes:
// bounds and null counts of the compared columns) is left out.
//
// Thread-safety: immutable after Build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_columns.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/schema/ids.h"
#include "table/plan/manifest_cache.h"

namespace firn::table {

/// A delete file: a row of a decoded delete manifest.
struct DeleteFileRef {
  ManifestColumnsPtr manifest;
  uint32_t row = 0;

  iceberg::FileContent content() const { return manifest->contents[row]; }
  iceberg::SequenceNumber sequence_number() const { return manifest->sequence_numbers[row]; }
  std::string_view path() const { return manifest->paths[row]; }
  /// A position delete file of format Puffin.
  bool is_deletion_vector() const;
};

/// Reserved column of position delete files. Source: specification, "Reserved Field IDs".
inline constexpr iceberg::FieldId kDeleteFilePathField{2147483546};

class DeleteIndex {
  /// Delete files of one partition, ascending by sequence number.
  struct Group {
    std::vector<uint32_t> equality;
    std::vector<uint32_t> position;
  };

 public:
  /// Where a file's place is in the index: numbers of delete files, into `files()`.
  using Matches = std::vector<uint32_t>;

  /// No deletes.
  DeleteIndex() = default;

  /// `files` are live delete files of one snapshot; `schema` is that of the scan, by whose columns
  /// metrics are read: so the same scan finds the same deletes whatever the table's schema is by
  /// now. Errors: kInvalidMetadata where two deletion vectors name one data file, or a vector names
  /// none.
  static Result<DeleteIndex> Build(iceberg::TableMetadataPtr table,
                                   const iceberg::Schema& schema,
                                   std::vector<DeleteFileRef> files);

  bool empty() const { return files_.empty(); }
  /// About: the delete manifests, which a cache may hold too, and what finds their files.
  size_t MemoryBytes() const;
  const std::vector<DeleteFileRef>& files() const { return files_; }

  /// The columns whose metrics of data files decide about equality deletes.
  const std::vector<iceberg::FieldId>& equality_fields() const { return equality_fields_; }

  /// Looks up the data files of one manifest; remembers what its partitions have in common.
  class Lookup {
   public:
    Lookup(const DeleteIndex& index, const iceberg::ManifestColumns& data);

    /// Ascending by number, each once.
    Matches Find(size_t row);

   private:
    const Group* GroupOf(size_t row);

    const DeleteIndex& index_;
    const iceberg::ManifestColumns& data_;
    /// By partition id of the manifest; nullopt until asked for.
    std::vector<std::optional<const Group*>> groups_;
  };

 private:
  Status Add(uint32_t file);
  Status AddPositionDeletes(uint32_t file);
  void AddEqualityDeletes(uint32_t file);
  void Finish();
  void SortBySequence(std::vector<uint32_t>& files) const;
  /// The files of `group` with a sequence number of at least `lowest`.
  std::span<const uint32_t> From(const std::vector<uint32_t>& group,
                                 iceberg::SequenceNumber lowest) const;
  void AddPositionMatches(size_t row,
                          const Group* group,
                          Matches& matches,
                          const iceberg::ManifestColumns& data) const;
  bool EqualityMayMatch(uint32_t file, const iceberg::ManifestColumns& data, size_t row) const;

  std::shared_ptr<const iceberg::TableMetadata> table_;
  iceberg::Schema schema_;
  std::vector<DeleteFileRef> files_;
  std::vector<iceberg::FieldId> equality_fields_;
  /// By PartitionKey.
  std::unordered_map<std::string, Group> by_partition_;
  /// Equality deletes of unpartitioned specs.
  std::vector<uint32_t> global_;
  std::unordered_map<std::string_view, uint32_t> vectors_;
  std::unordered_map<std::string_view, std::vector<uint32_t>> by_path_;
};

}  // namespace firn::table
