// Random data files with metrics computed from their rows, and the manifests that list them, as
// many writers make them: metrics left out, bounds cut short, NaN bounds, malformed bytes, uuid
// bounds in Java's order, values and bounds of before a promotion, counts that leave out rows of a
// null struct, partition values of before 1970 one too high. What is said of a file is never wrong.
//
// Thread-safety: one thread at a time; the same seed gives the same files.
#pragma once

#include <vector>

#include "iceberg/expression/testing/random_cases.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/schema/partition_spec.h"
#include "iceberg/schema/schema.h"

namespace firn::iceberg::testing {

struct TestFile {
  ManifestEntry entry;
  std::vector<StructValue> rows;
};

/// Files of one spec; its summaries cover them all.
struct TestManifest {
  PartitionSpec spec;
  ManifestFile manifest;
  std::vector<TestFile> files;
};

class RandomFiles {
 public:
  RandomFiles(RandomCases& cases, const Schema& schema) : cases_(cases), schema_(schema) {}

  /// Up to three fields; at times void or unknown ones, and several of one column.
  PartitionSpec NewSpec();
  TestManifest NewManifest(const PartitionSpec& spec);

 private:
  /// How one writer writes.
  struct Writer {
    /// Columns are still what they were before a promotion, values among them.
    std::vector<FieldId> narrow;
    /// Truncates times towards zero, as old releases did.
    bool rounds_up = false;
    bool java_uuid_order = false;
    /// Counts of nested columns leave out rows whose struct is null.
    bool skips_null_structs = false;
    /// Of ten metrics so many are left out.
    uint32_t left_out = 0;
  };

  Writer NewWriter();
  bool IsNarrow(const Writer& writer, FieldId id) const;
  /// One whose partition values all exist: no writer takes an hour that no int holds.
  StructValue NewRow(const Writer& writer, const PartitionSpec& spec);
  TestFile NewFile(const Writer& writer, const PartitionSpec& spec);
  StructValue Tuple(const Writer& writer, const PartitionSpec& spec, const StructValue& row);
  void AddMetrics(const Writer& writer, const NestedField& field, TestFile& file);
  void AddBounds(const Writer& writer,
                 const NestedField& field,
                 std::vector<Literal> values,
                 DataFile& file);
  FieldSummary Summarise(const Writer& writer,
                         const PartitionField& field,
                         const std::vector<TestFile>& files);
  bool LeavesOut(const Writer& writer) { return cases_.Below(10) < writer.left_out; }

  RandomCases& cases_;
  const Schema& schema_;
};

}  // namespace firn::iceberg::testing
