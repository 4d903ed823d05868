#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "iceberg/manifest/entry_program_internal.h"

namespace firn::iceberg {
namespace {

using avro::Kind;
using avro::Node;

constexpr int32_t kDataFileId = 2;
/// More fields than any manifest has; a schema may name a record in many places.
constexpr size_t kMaxSteps = 20'000;
constexpr int kMaxDepth = 16;

/// A field that is wanted.
struct Wanted {
  int32_t id;
  std::string_view name;
  EntryTarget target;
  uint8_t index;
};

constexpr Wanted Number(int32_t id, std::string_view name, EntryNumber number) {
  return {id, name, EntryTarget::kNumber, static_cast<uint8_t>(number)};
}
constexpr Wanted Text(int32_t id, std::string_view name, EntryText text) {
  return {id, name, EntryTarget::kText, static_cast<uint8_t>(text)};
}
constexpr Wanted List(int32_t id, std::string_view name, EntryList list) {
  return {id, name, EntryTarget::kList, static_cast<uint8_t>(list)};
}
constexpr Wanted Map(int32_t id, std::string_view name, EntryMap map) {
  return {id, name, EntryTarget::kMap, static_cast<uint8_t>(map)};
}

constexpr std::array kEntryFields = {
    Number(0, "status", EntryNumber::kStatus),
    Number(1, "snapshot_id", EntryNumber::kSnapshotId),
    Number(3, "sequence_number", EntryNumber::kSequenceNumber),
    Number(4, "file_sequence_number", EntryNumber::kFileSequenceNumber),
    Wanted{kDataFileId, "data_file", EntryTarget::kFile, 0},
};

constexpr std::array kFileFields = {
    Number(134, "content", EntryNumber::kContent),
    Text(100, "file_path", EntryText::kPath),
    Text(101, "file_format", EntryText::kFormat),
    Wanted{102, "partition", EntryTarget::kPartition, 0},
    Number(103, "record_count", EntryNumber::kRecordCount),
    Number(104, "file_size_in_bytes", EntryNumber::kFileSize),
    Map(108, "column_sizes", EntryMap::kColumnSizes),
    Map(109, "value_counts", EntryMap::kValueCounts),
    Map(110, "null_value_counts", EntryMap::kNullValueCounts),
    Map(137, "nan_value_counts", EntryMap::kNanValueCounts),
    Map(125, "lower_bounds", EntryMap::kLowerBounds),
    Map(128, "upper_bounds", EntryMap::kUpperBounds),
    Text(131, "key_metadata", EntryText::kKeyMetadata),
    List(132, "split_offsets", EntryList::kSplitOffsets),
    List(135, "equality_ids", EntryList::kEqualityIds),
    Number(140, "sort_order_id", EntryNumber::kSortOrderId),
    Number(142, "first_row_id", EntryNumber::kFirstRowId),
    Text(143, "referenced_data_file", EntryText::kReferencedFile),
    Number(144, "content_offset", EntryNumber::kContentOffset),
    Number(145, "content_size_in_bytes", EntryNumber::kContentSize),
};

bool IsInteger(const Node& node) { return node.kind == Kind::kInt || node.kind == Kind::kLong; }
bool IsBytes(const Node& node) { return node.kind == Kind::kString || node.kind == Kind::kBytes; }

/// A record of a number and a value, in this order.
bool IsPair(const Node& node) {
  return node.kind == Kind::kRecord && node.fields.size() == 2 && node.fields[0].name != "value" &&
         IsInteger(*node.fields[0].type);
}

Op SkipList(const Node& items) {
  if (IsInteger(items)) {
    return Op::kSkipList;
  }
  if (IsPair(items) && IsInteger(*items.fields[1].type)) {
    return Op::kSkipCounts;
  }
  return IsPair(items) && IsBytes(*items.fields[1].type) ? Op::kSkipBounds : Op::kOther;
}

/// How a value that nobody wants is passed over; the type is no union. Sets Step::size as well.
Op SkipOp(const Node& node, Step& step) {
  auto skip_fixed = [&](int64_t size) {
    step.size = size;
    return Op::kSkipFixed;
  };
  switch (node.kind) {
    case Kind::kNull:
      return Op::kNull;
    case Kind::kInt:
    case Kind::kLong:
    case Kind::kEnum:
      return Op::kSkipNumber;
    case Kind::kString:
    case Kind::kBytes:
      return Op::kSkipText;
    case Kind::kBoolean:
      return skip_fixed(1);
    case Kind::kFloat:
      return skip_fixed(sizeof(float));
    case Kind::kDouble:
      return skip_fixed(sizeof(double));
    case Kind::kFixed:
      return skip_fixed(node.size);
    case Kind::kArray:
      return SkipList(*node.children[0]);
    case Kind::kRecord:
      return Op::kEnterRecord;
    case Kind::kMap:
    case Kind::kUnion:
      return Op::kOther;
  }
  return Op::kOther;
}

/// How a value is read that would be skipped by `skip`.
Op ReadOp(EntryTarget target, uint8_t index, Op skip, const Node& node) {
  auto if_skipped_by = [&](Op expected, Op read) { return skip == expected ? read : Op::kOther; };
  switch (target) {
    case EntryTarget::kNumber:
      return IsInteger(node) ? Op::kReadNumber : Op::kOther;
    case EntryTarget::kText:
      return if_skipped_by(Op::kSkipText, Op::kReadText);
    case EntryTarget::kList:
      return if_skipped_by(Op::kSkipList, Op::kReadList);
    case EntryTarget::kMap:
      return index >= static_cast<uint8_t>(EntryMap::kLowerBounds)
                 ? if_skipped_by(Op::kSkipBounds, Op::kReadBounds)
                 : if_skipped_by(Op::kSkipCounts, Op::kReadCounts);
    case EntryTarget::kPartition:
      return if_skipped_by(Op::kEnterRecord, Op::kEnterPartition);
    case EntryTarget::kFile:
      return if_skipped_by(Op::kEnterRecord, Op::kEnterRecord);
    case EntryTarget::kNothing:
      return skip;
  }
  return Op::kOther;
}

class Compiler {
 public:
  explicit Compiler(MetricsUse metrics) : metrics_(metrics) {}

  Result<std::vector<Step>> Run(const Node& root) {
    if (root.kind != Kind::kRecord) {
      return Error(ErrorCode::kInvalidMetadata, "A manifest's entries are no records");
    }
    RETURN_IF_ERROR(AddFields(root, kEntryFields, 0));
    if (!found_file_) {
      return Error(ErrorCode::kInvalidMetadata, "A manifest's entries have no data file");
    }
    return std::move(steps_);
  }

 private:
  Status AddFields(const Node& record, std::span<const Wanted> wanted, int depth) {
    for (const avro::Field& field : record.fields) {
      auto matches = [&](const Wanted& one) {
        return field.id.has_value() ? *field.id == one.id : field.name == one.name;
      };
      auto found = std::ranges::find_if(wanted, matches);
      bool use = found != wanted.end() &&
                 (found->target != EntryTarget::kMap || metrics_ == MetricsUse::kSome);
      RETURN_IF_ERROR(AddStep(*field.type, use ? &*found : nullptr, depth));
    }
    return {};
  }

  Status AddStep(const Node& node, const Wanted* wanted, int depth) {
    if (steps_.size() == kMaxSteps) {
      return Error(ErrorCode::kInvalidMetadata, "A manifest's entries have too many fields");
    }
    Step step{.node = &node};
    if (wanted != nullptr) {
      step.target = wanted->target;
      step.index = wanted->index;
    }
    const Node* type = WithoutNull(node, step);
    if (type != nullptr && depth < kMaxDepth) {
      step.op = ReadOp(step.target, step.index, SkipOp(*type, step), *type);
    }
    if (step.op == Op::kOther) {
      step.null_branch = Step::kNotNull;
    }
    if (step.target == EntryTarget::kFile) {
      if (step.op != Op::kEnterRecord) {
        return Error(ErrorCode::kInvalidMetadata, "A manifest's entries have no data file");
      }
      found_file_ = true;
    }
    size_t place = steps_.size();
    steps_.push_back(step);
    if (step.op == Op::kEnterRecord || step.op == Op::kEnterPartition) {
      RETURN_IF_ERROR(AddFields(*type, FieldsOf(step.target), depth + 1));
      if (step.op == Op::kEnterPartition) {
        steps_.push_back({.op = Op::kLeavePartition});
      }
      steps_[place].inner = static_cast<uint32_t>(steps_.size() - place - 1);
    }
    return {};
  }

  /// The type behind an optional; null for another union.
  static const Node* WithoutNull(const Node& node, Step& step) {
    if (node.kind != Kind::kUnion) {
      return &node;
    }
    if (node.children.size() == 2) {
      for (int8_t branch = 0; branch < 2; ++branch) {
        const Node& other = *node.children[static_cast<size_t>(1 - branch)];
        if (node.children[static_cast<size_t>(branch)]->kind == Kind::kNull &&
            other.kind != Kind::kUnion) {
          step.null_branch = branch;
          return &other;
        }
      }
    }
    return nullptr;
  }

  static std::span<const Wanted> FieldsOf(EntryTarget target) {
    return target == EntryTarget::kFile ? std::span<const Wanted>(kFileFields)
                                        : std::span<const Wanted>();
  }

  MetricsUse metrics_;
  bool found_file_ = false;
  std::vector<Step> steps_;
};

}  // namespace

Result<EntryProgram> EntryProgram::Compile(const Node& root, MetricsUse metrics) {
  EntryProgram program;
  ASSIGN_OR_RETURN(program.steps_, Compiler(metrics).Run(root));
  return program;
}

}  // namespace firn::iceberg
