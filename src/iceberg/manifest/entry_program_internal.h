// EntryProgram: how a file's entries are walked, compiled once from the schema the file was written
// with. Fields are matched by id (by name where a file has no ids); whatever a reader does not want
// is passed over. Types that writers do not use in these places are left to the tolerant decoder
// (Shape::kOther).
//
// Thread-safety: immutable. Nodes are those of the file's schema, which must outlive it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/avro/schema.h"

namespace firn::iceberg {

/// A number of an entry, by its place in EntryRow::numbers.
enum class EntryNumber : uint8_t {
  kStatus,
  kSnapshotId,
  kSequenceNumber,
  kFileSequenceNumber,
  kContent,
  kRecordCount,
  kFileSize,
  kSortOrderId,
  kFirstRowId,
  kContentOffset,
  kContentSize,
  kIgnored,
};
inline constexpr size_t kEntryNumbers = 12;

/// A text of an entry, by its place in EntryRow::texts.
enum class EntryText : uint8_t { kPath, kFormat, kKeyMetadata, kReferencedFile, kIgnored };
inline constexpr size_t kEntryTexts = 5;

enum class EntryList : uint8_t { kSplitOffsets, kEqualityIds, kIgnored };
inline constexpr size_t kEntryLists = 3;

/// A map from field id.
enum class EntryMap : uint8_t {
  kColumnSizes,
  kValueCounts,
  kNullValueCounts,
  kNanValueCounts,
  kLowerBounds,
  kUpperBounds,
  kIgnored,
};

/// What a step reads.
enum class EntryTarget : uint8_t { kNumber, kText, kList, kMap, kPartition, kFile, kNothing };

/// What is done with a value of a type that writers use.
enum class Op : uint8_t {
  kNull,
  /// int, long; enum where it is skipped.
  kReadNumber,
  kSkipNumber,
  /// string, bytes.
  kReadText,
  kSkipText,
  /// boolean, float, double, fixed: Step::size bytes.
  kSkipFixed,
  /// A list of int or long.
  kReadList,
  kSkipList,
  /// A list of records of an int and an int or long.
  kReadCounts,
  kSkipCounts,
  /// A list of records of an int and a string or bytes.
  kReadBounds,
  kSkipBounds,
  /// A record: its fields are the next Step::inner steps, which a null skips.
  kEnterRecord,
  /// The record of partition values; its last inner step is kLeavePartition.
  kEnterPartition,
  kLeavePartition,
  /// Anything else: by Step::node and Step::target.
  kOther,
};

struct Step {
  Op op = Op::kOther;
  EntryTarget target = EntryTarget::kNothing;
  /// Of the target's enum.
  uint8_t index = 0;
  /// Which branch of a union of two is null; kNotNull where there is no such union.
  int8_t null_branch = kNotNull;
  uint32_t inner = 0;
  int64_t size = 0;
  /// The type with its union.
  const avro::Node* node = nullptr;

  static constexpr int8_t kNotNull = -1;
};

/// Whether maps of metrics are wanted at all.
enum class MetricsUse : uint8_t { kNone, kSome };

class EntryProgram {
 public:
  /// Errors: kInvalidMetadata where the file's records are no manifest entries.
  static Result<EntryProgram> Compile(const avro::Node& root, MetricsUse metrics);

  const std::vector<Step>& steps() const { return steps_; }

 private:
  std::vector<Step> steps_;
};

}  // namespace firn::iceberg
