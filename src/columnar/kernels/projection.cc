#include "columnar/kernels/projection.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "columnar/kernels/apply_projection_internal.h"
#include "columnar/kernels/convert_array.h"
#include "columnar/schema/arrow_type.h"
#include "iceberg/schema/type_text.h"

namespace firn::columnar {

namespace {

using iceberg::NestedField;
using iceberg::TypeId;
using Node = Projection::Node;
using Direction = ProjectionOptions::Direction;

/// Lists and maps are read, whatever of them is there.
bool IsHeld(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kConstant:
    case Node::Kind::kConstantStruct:
      return false;
    case Node::Kind::kStruct:
      return std::ranges::all_of(node.children, IsHeld);
    default:
      return true;
  }
}

}  // namespace

class Projection::Maker {
 public:
  explicit Maker(const ProjectionOptions& options) : options_(options) {}

  /// The nodes of a struct's fields. `nested` is false for the columns themselves.
  Result<std::vector<Node>> MakeAll(std::span<const SourceField> source,
                                    std::span<const NestedField> target,
                                    const std::string& path) {
    std::vector<Node> nodes;
    std::vector<int> chosen;
    std::vector<int> known;
    for (const NestedField& field : target) {
      std::string name = path.empty() ? field.name : fmt::format("{}.{}", path, field.name);
      int found = Find(source, field);
      known.push_back(found);
      if (found < 0) {
        ASSIGN_OR_RETURN(Node node, MakeAbsent(field, name, path.empty()));
        nodes.push_back(std::move(node));
      } else {
        ASSIGN_OR_RETURN(Node node, MakePresent(source[static_cast<size_t>(found)], field, name));
        nodes.push_back(std::move(node));
      }
      // A column of type unknown is never read.
      chosen.push_back(nodes.back().kind == Node::Kind::kConstant ? -1 : found);
    }
    RETURN_IF_ERROR(RefuseOthers(source, known, path));
    NumberSources(chosen, nodes);
    return nodes;
  }

  /// A struct of which no field is in the file: any of its leaves tells where it is null.
  void Witness(const SourceField& source) {
    const SourceField* leaf = &source;
    while (leaf->leaf < 0 && !leaf->children.empty()) {
      leaf = &leaf->children[0];
    }
    leaves_.insert(leaf->leaf);
  }

  std::vector<int> leaves() const { return {leaves_.begin(), leaves_.end()}; }

 private:
  int Find(std::span<const SourceField> source, const NestedField& field) const {
    for (size_t i = 0; i < source.size(); ++i) {
      bool same = options_.match == MatchFields::kById ? source[i].id == field.id
                                                       : source[i].name == field.name;
      if (same) {
        return static_cast<int>(i);
      }
    }
    return -1;
  }

  /// Where names decide, a column that the target lacks is a mistake of the caller.
  Status RefuseOthers(std::span<const SourceField> source,
                      const std::vector<int>& chosen,
                      const std::string& path) const {
    if (options_.direction != Direction::kWrite) {
      return {};
    }
    for (size_t i = 0; i < source.size(); ++i) {
      if (std::find(chosen.begin(), chosen.end(), static_cast<int>(i)) == chosen.end()) {
        return Error(ErrorCode::kInvalidArgument,
                     fmt::format("The table has no column {}{}{}", path, path.empty() ? "" : ".",
                                 source[i].name));
      }
    }
    return {};
  }

  /// Reading, only what is asked for is there: sources are counted among those.
  void NumberSources(const std::vector<int>& chosen, std::vector<Node>& nodes) const {
    std::set<int> there(chosen.begin(), chosen.end());
    there.erase(-1);
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (chosen[i] < 0) {
        continue;
      }
      bool pruned = options_.direction == Direction::kRead;
      nodes[i].source = pruned
                            ? static_cast<int>(std::distance(there.begin(), there.find(chosen[i])))
                            : chosen[i];
    }
  }

  Result<Node> MakeAbsent(const NestedField& field, const std::string& path, bool is_column) {
    Node node{.kind = Node::Kind::kConstant, .field = field, .type = ArrowTypeOf(*field.type)};
    auto known = options_.constants.find(field.id);
    if (is_column && known != options_.constants.end() && (known->second || !field.required)) {
      node.constant = known->second;
      return node;
    }
    bool reads = options_.direction != Direction::kWrite;
    const auto& absent = reads ? field.initial_default : field.write_default;
    if (absent && field.type->is_struct()) {
      node.kind = Node::Kind::kConstantStruct;
      for (const NestedField& child : field.type->fields()) {
        ASSIGN_OR_RETURN(Node made, MakeAbsent(child, path + "." + child.name, false));
        node.children.push_back(std::move(made));
      }
      return node;
    }
    if (!absent && field.required) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Required column {} is missing and has no default", path));
    }
    node.constant = absent;
    return node;
  }

  static Error CannotConvert(const SourceField& source,
                             const NestedField& field,
                             const std::string& path) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Column {}: {} cannot become {}", path, source.type->ToString(),
                             iceberg::ToString(*field.type)));
  }

  Result<Node> MakePresent(const SourceField& source,
                           const NestedField& field,
                           const std::string& path) {
    Node node{.field = field, .type = ArrowTypeOf(*field.type)};
    if (field.type->id() == TypeId::kUnknown) {
      return node;
    }
    if (field.type->id() == TypeId::kVariant) {
      return MakeVariant(source, std::move(node), path);
    }
    if (!field.type->is_nested()) {
      auto use =
          options_.direction == Direction::kWrite ? ConversionUse::kWrite : ConversionUse::kRead;
      if (!CanConvert(*source.type, *field.type, use)) {
        return CannotConvert(source, field, path);
      }
      node.kind = Node::Kind::kLeaf;
      leaves_.insert(source.leaf);
      return node;
    }
    return MakeNested(source, std::move(node), path);
  }

  Result<Node> MakeVariant(const SourceField& source, Node node, const std::string& path) {
    bool plain = source.children.size() == 2 && source.children[0].name == "metadata" &&
                 source.children[1].name == "value";
    if (source.type->id() == arrow::Type::EXTENSION && source.children.empty()) {
      plain = true;
    }
    if (!plain) {
      return Error(
          ErrorCode::kUnsupported,
          fmt::format("Column {}: only unshredded variants (metadata, value) are read", path));
    }
    node.kind = Node::Kind::kLeaf;
    for (const SourceField& child : source.children) {
      leaves_.insert(child.leaf);
    }
    return node;
  }

  Result<Node> MakeNested(const SourceField& source, Node node, const std::string& path) {
    const iceberg::Type& type = *node.field.type;
    arrow::Type::type kind = source.type->id();
    if (type.is_struct()) {
      if (kind != arrow::Type::STRUCT) {
        return CannotConvert(source, node.field, path);
      }
      node.kind = Node::Kind::kStruct;
      ASSIGN_OR_RETURN(node.children, MakeAll(source.children, type.fields(), path));
      bool any = std::any_of(node.children.begin(), node.children.end(),
                             [](const Node& child) { return child.source >= 0; });
      if (!any) {
        Witness(source);
      }
      return node;
    }
    bool fits = type.is_map() ? kind == arrow::Type::MAP
                              : arrow::is_list_like(kind) && kind != arrow::Type::MAP;
    if (!fits && !(type.is_list() && arrow::is_list_view(kind))) {
      return CannotConvert(source, node.field, path);
    }
    node.kind = type.is_map() ? Node::Kind::kMap : Node::Kind::kList;
    for (size_t i = 0; i < type.fields().size(); ++i) {
      const NestedField& part = type.fields()[i];
      ASSIGN_OR_RETURN(
          Node child, MakePresent(source.children[i], part, fmt::format("{}.{}", path, part.name)));
      child.source = static_cast<int>(i);
      node.children.push_back(std::move(child));
    }
    return node;
  }

  const ProjectionOptions& options_;
  std::set<int> leaves_;
};

Result<Projection> Projection::Make(std::span<const SourceField> source,
                                    std::span<const NestedField> target,
                                    const ProjectionOptions& options) {
  Projection projection;
  Maker maker(options);
  ASSIGN_OR_RETURN(projection.nodes_, maker.MakeAll(source, target, ""));
  projection.leaves_ = maker.leaves();
  projection.schema_ = ArrowSchemaOf(target);
  projection.checks_required_ = options.direction == Direction::kWrite;
  return projection;
}

bool Projection::holds_all() const { return std::ranges::all_of(nodes_, IsHeld); }

Result<std::shared_ptr<arrow::RecordBatch>> Projection::Apply(
    const arrow::RecordBatch& batch) const {
  arrow::ArrayVector columns;
  columns.reserve(nodes_.size());
  for (const Node& node : nodes_) {
    std::shared_ptr<arrow::Array> source;
    if (node.source >= 0) {
      if (node.source >= batch.num_columns()) {
        return Error(ErrorCode::kInternal, "A batch lacks a column of its projection");
      }
      source = batch.column(node.source);
    }
    ASSIGN_OR_RETURN(auto column, ApplyNode(node, source, batch.num_rows()));
    if (checks_required_) {
      RETURN_IF_ERROR(CheckRequired(node.field, *column, node.field.name));
      column = WithoutImpliedNulls(node.field, column);
    }
    columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(schema_, batch.num_rows(), std::move(columns));
}

}  // namespace firn::columnar
