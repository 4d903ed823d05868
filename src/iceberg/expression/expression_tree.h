// ExpressionTree: predicates joined by and, or and not. Expression (expression.h) is the tree of
// predicates that name columns, BoundExpression (bound_expression.h) the tree of those that met a
// schema. Source: Iceberg expressions specification, "Predicates".
//
// `And` and `Or` hold any number of operands and never one of their own kind; constants inside them
// are folded away, as is a double `Not`. So equal trees are equal whatever order of nesting they
// came in, and a long chain is one level deep.
//
// Thread-safety: immutable values; a copy shares its nodes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace firn::iceberg {

template <class Predicate>
class ExpressionTree {
 public:
  enum class Kind : uint8_t { kTrue, kFalse, kAnd, kOr, kNot, kPredicate };

  static ExpressionTree True() { return ExpressionTree(Kind::kTrue); }
  static ExpressionTree False() { return ExpressionTree(Kind::kFalse); }
  /// True where there are no operands.
  static ExpressionTree And(std::vector<ExpressionTree> operands) {
    return Join(Kind::kAnd, std::move(operands));
  }
  static ExpressionTree And(ExpressionTree left, ExpressionTree right) {
    return And({std::move(left), std::move(right)});
  }
  /// False where there are no operands.
  static ExpressionTree Or(std::vector<ExpressionTree> operands) {
    return Join(Kind::kOr, std::move(operands));
  }
  static ExpressionTree Or(ExpressionTree left, ExpressionTree right) {
    return Or({std::move(left), std::move(right)});
  }
  static ExpressionTree Not(ExpressionTree child) {
    switch (child.kind_) {
      case Kind::kTrue:
        return False();
      case Kind::kFalse:
        return True();
      case Kind::kNot:
        return child.node_->children[0];
      default: {
        ExpressionTree tree(Kind::kNot);
        tree.node_ = std::make_shared<const Node>(Node{std::nullopt, {std::move(child)}});
        return tree;
      }
    }
  }
  // NOLINTNEXTLINE(google-explicit-constructor): a predicate is an expression.
  ExpressionTree(Predicate predicate)
      : kind_(Kind::kPredicate),
        node_(std::make_shared<const Node>(Node{std::move(predicate), {}})) {}

  Kind kind() const { return kind_; }
  bool is_true() const { return kind_ == Kind::kTrue; }
  bool is_false() const { return kind_ == Kind::kFalse; }
  /// Of a predicate.
  const Predicate& predicate() const { return *node_->predicate; }
  /// and, or: two or more operands; not: one; else none.
  std::span<const ExpressionTree> children() const {
    return node_ == nullptr ? std::span<const ExpressionTree>() : node_->children;
  }

  friend bool operator==(const ExpressionTree& a, const ExpressionTree& b) {
    if (a.kind_ != b.kind_) {
      return false;
    }
    return a.node_ == b.node_ ||
           (a.node_->predicate == b.node_->predicate && a.node_->children == b.node_->children);
  }

 private:
  struct Node {
    std::optional<Predicate> predicate;
    std::vector<ExpressionTree> children;
  };

  explicit ExpressionTree(Kind kind) : kind_(kind) {}

  static ExpressionTree Join(Kind kind, std::vector<ExpressionTree> operands) {
    Kind neutral = kind == Kind::kAnd ? Kind::kTrue : Kind::kFalse;
    Kind absorbing = kind == Kind::kAnd ? Kind::kFalse : Kind::kTrue;
    std::vector<ExpressionTree> kept;
    kept.reserve(operands.size());
    for (ExpressionTree& operand : operands) {
      if (operand.kind_ == absorbing) {
        return operand;
      }
      if (operand.kind_ == kind) {
        kept.insert(kept.end(), operand.children().begin(), operand.children().end());
      } else if (operand.kind_ != neutral) {
        kept.push_back(std::move(operand));
      }
    }
    if (kept.empty()) {
      return ExpressionTree(neutral);
    }
    if (kept.size() == 1) {
      return std::move(kept[0]);
    }
    ExpressionTree tree(kind);
    tree.node_ = std::make_shared<const Node>(Node{std::nullopt, std::move(kept)});
    return tree;
  }

  Kind kind_;
  std::shared_ptr<const Node> node_;
};

}  // namespace firn::iceberg
