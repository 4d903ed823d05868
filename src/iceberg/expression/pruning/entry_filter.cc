#include "iceberg/expression/pruning/entry_filter.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "iceberg/expression/pruning/metrics_check_internal.h"
#include "iceberg/expression/pruning/partition_tree_internal.h"

namespace firn::iceberg {
namespace {

using Kind = BoundExpression::Kind;
using Rows = std::vector<uint32_t>;

Rows Merge(const Rows& a, Rows b) {
  if (a.empty()) {
    return b;
  }
  Rows merged;
  merged.reserve(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(merged));
  return merged;
}

Rows Without(const Rows& rows, const Rows& gone) {
  Rows rest;
  rest.reserve(rows.size() - gone.size());
  std::set_difference(rows.begin(), rows.end(), gone.begin(), gone.end(), std::back_inserter(rest));
  return rest;
}

}  // namespace

/// A filter without not, each predicate with what partitions and metrics say of it.
struct EntryFilter::Node {
  Kind kind;
  std::vector<Node> children;
  std::optional<PartitionNode> partition;  ///< of a predicate
  std::optional<MetricsCheck> metrics;     ///< of a predicate

  static Node Make(const BoundExpression& filter, const PartitionSpec& spec) {
    Node node{.kind = filter.kind()};
    for (const BoundExpression& child : filter.children()) {
      node.children.push_back(Make(child, spec));
    }
    if (filter.kind() == Kind::kPredicate) {
      node.partition = MakePartitionTree(filter, spec);
      node.metrics.emplace(filter.predicate());
    }
    return node;
  }

  /// True where partitions say nothing of it.
  bool ignores_partition() const {
    return partition->may_match.is_true() && partition->may_differ.is_true();
  }

  Verdict VerdictOn(const StructValue& tuple) const {
    switch (kind) {
      case Kind::kTrue:
        return Verdict::kAll;
      case Kind::kFalse:
        return Verdict::kNone;
      case Kind::kPredicate:
        return partition->VerdictOn(tuple);
      default:
        break;
    }
    // The verdict of one child that decides, else kSome where any is.
    Verdict decides = kind == Kind::kAnd ? Verdict::kNone : Verdict::kAll;
    Verdict verdict = kind == Kind::kAnd ? Verdict::kAll : Verdict::kNone;
    for (const Node& child : children) {
      Verdict of_child = child.VerdictOn(tuple);
      if (of_child == decides) {
        return decides;
      }
      if (of_child == Verdict::kSome) {
        verdict = Verdict::kSome;
      }
    }
    return verdict;
  }
};

namespace {

using Node = EntryFilter::Node;

/// Rows by what their partition says of a filter; the others cannot match.
struct Split {
  Rows all;
  Rows some;
};

/// Looks at each tuple that a row has once.
Split SplitByPartition(const Node& node, const ManifestColumns& columns, const Rows& rows) {
  constexpr uint8_t kUnseen = 0xFF;
  std::vector<uint8_t> verdicts(columns.partitions.size(), kUnseen);
  Split split;
  for (uint32_t row : rows) {
    uint8_t& verdict = verdicts[columns.partition_ids[row]];
    if (verdict == kUnseen) {
      const StructValue& tuple = columns.partitions[columns.partition_ids[row]];
      verdict = static_cast<uint8_t>(node.VerdictOn(tuple));
    }
    if (verdict == static_cast<uint8_t>(Verdict::kSome)) {
      split.some.push_back(row);
    } else if (verdict == static_cast<uint8_t>(Verdict::kAll)) {
      split.all.push_back(row);
    }
  }
  return split;
}

Rows SelectRows(const Node& node, const ManifestColumns& columns, Rows rows);

Rows SelectByPredicate(const Node& node, const ManifestColumns& columns, Rows rows) {
  if (node.ignores_partition()) {
    return node.metrics->Select(columns, std::move(rows));
  }
  Split split = SplitByPartition(node, columns, rows);
  return Merge(split.all, node.metrics->Select(columns, std::move(split.some)));
}

/// Each operand is asked only of the rows that no operand before it took.
Rows SelectByAny(const Node& node, const ManifestColumns& columns, Rows rows) {
  Rows selected;
  for (const Node& child : node.children) {
    Rows found = SelectRows(child, columns, rows);
    if (found.empty()) {
      continue;
    }
    rows = Without(rows, found);
    selected = Merge(selected, std::move(found));
  }
  return selected;
}

Rows SelectRows(const Node& node, const ManifestColumns& columns, Rows rows) {
  switch (node.kind) {
    case Kind::kFalse:
      return {};
    case Kind::kPredicate:
      return SelectByPredicate(node, columns, std::move(rows));
    case Kind::kAnd:
      for (const Node& child : node.children) {
        rows = SelectRows(child, columns, std::move(rows));
      }
      return rows;
    case Kind::kOr:
      return SelectByAny(node, columns, std::move(rows));
    default:
      return rows;
  }
}

}  // namespace

std::vector<uint32_t> LiveRows(const ManifestColumns& columns, uint32_t begin, uint32_t end) {
  end = std::min(end, static_cast<uint32_t>(columns.size()));
  Rows rows;
  rows.reserve(end - std::min(begin, end));
  for (uint32_t row = begin; row < end; ++row) {
    if (columns.is_live(row)) {
      rows.push_back(row);
    }
  }
  return rows;
}

EntryFilter::EntryFilter(const BoundExpression& filter, const PartitionSpec& spec)
    : metrics_(MetricsProjection::Of(FieldsOf(filter))),
      root_(std::make_shared<const Node>(Node::Make(RewriteNot(filter), spec))) {}

std::vector<uint32_t> EntryFilter::Select(const ManifestColumns& columns,
                                          std::vector<uint32_t> rows) const {
  std::erase_if(rows, [&](uint32_t row) { return columns.record_counts[row] == 0; });
  Split split = SplitByPartition(*root_, columns, rows);
  return Merge(split.all, SelectRows(*root_, columns, std::move(split.some)));
}

std::vector<uint32_t> EntryFilter::SelectByPartition(const ManifestColumns& columns,
                                                     std::vector<uint32_t> rows) const {
  Split split = SplitByPartition(*root_, columns, rows);
  return Merge(split.all, std::move(split.some));
}

}  // namespace firn::iceberg
