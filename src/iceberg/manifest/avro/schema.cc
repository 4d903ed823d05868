#include "iceberg/manifest/avro/schema.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/json_reader.h"

namespace firn::iceberg::avro {
namespace {

/// A manifest's schema has about 100 nodes, and one more for each partition field.
constexpr size_t kMaxNodes = 20'000;
constexpr int kMaxSchemaDepth = 64;
constexpr int64_t kMaxFixedBytes = 1 << 20;
constexpr json::ParseLimits kLimits{
    .max_bytes = 16 << 20, .max_depth = 160, .reject_duplicate_keys = false};

constexpr std::array<std::pair<std::string_view, Kind>, 8> kPrimitives = {{
    {"null", Kind::kNull},
    {"boolean", Kind::kBoolean},
    {"int", Kind::kInt},
    {"long", Kind::kLong},
    {"float", Kind::kFloat},
    {"double", Kind::kDouble},
    {"bytes", Kind::kBytes},
    {"string", Kind::kString},
}};

Error Invalid(std::string_view why) {
  return Error(ErrorCode::kInvalidMetadata, "Invalid Avro schema: " + std::string(why));
}

/// An attribute; nullopt where it is absent or something else.
std::optional<std::string_view> TextAt(json::Object object, std::string_view key) {
  auto found = json::FindString(object, key);
  return found.has_value() ? *found : std::nullopt;
}

std::optional<int64_t> Int64At(json::Object object, std::string_view key) {
  auto found = json::FindInt64(object, key);
  return found.has_value() ? *found : std::nullopt;
}

std::optional<int32_t> Int32At(json::Object object, std::string_view key) {
  auto found = json::FindInt32(object, key);
  return found.has_value() ? *found : std::nullopt;
}

}  // namespace

class SchemaParser {
 public:
  Result<Schema> Run(json::Element element) {
    ASSIGN_OR_RETURN(schema_.root_, ParseNode(element, "", 0));
    return std::move(schema_);
  }

 private:
  using NodeResult = Result<const Node*>;

  Result<Node*> NewNode(Kind kind) {
    if (schema_.nodes_.size() >= kMaxNodes) {
      return Invalid("too many types");
    }
    schema_.nodes_.push_back(std::make_unique<Node>());
    schema_.nodes_.back()->kind = kind;
    return schema_.nodes_.back().get();
  }

  NodeResult ParseNode(json::Element element, std::string_view scope, int depth) {
    if (depth > kMaxSchemaDepth) {
      return Invalid("nested too deeply");
    }
    if (element.is_string()) {
      return ParseName(element.get_string().value_unsafe(), scope);
    }
    if (element.is_array()) {
      return ParseUnion(json::Array(element.get_array().value_unsafe()), scope, depth);
    }
    if (!element.is_object()) {
      return Invalid("a type is a name, a list or an object");
    }
    return ParseObject(json::Object(element.get_object().value_unsafe()), scope, depth);
  }

  NodeResult ParseName(std::string_view name, std::string_view scope) {
    const auto* primitive =
        std::ranges::find(kPrimitives, name, &std::pair<std::string_view, Kind>::first);
    if (primitive != kPrimitives.end()) {
      ASSIGN_OR_RETURN(Node * node, NewNode(primitive->second));
      return node;
    }
    auto found = named_.find(FullName(name, scope));
    if (found == named_.end()) {
      found = named_.find(name);
    }
    if (found == named_.end()) {
      return Invalid("unknown type " + std::string(name.substr(0, 100)));
    }
    return found->second;
  }

  NodeResult ParseUnion(json::Array branches, std::string_view scope, int depth) {
    ASSIGN_OR_RETURN(Node * node, NewNode(Kind::kUnion));
    for (json::Element branch : branches) {
      ASSIGN_OR_RETURN(const Node* child, ParseNode(branch, scope, depth + 1));
      node->children.push_back(child);
    }
    return node;
  }

  NodeResult ParseObject(json::Object object, std::string_view scope, int depth) {
    auto type = json::Find(object, "type");
    if (!type.has_value()) {
      return Invalid("a type without \"type\"");
    }
    if (!type->is_string()) {
      return ParseNode(*type, scope, depth + 1);
    }
    std::string_view name = type->get_string().value_unsafe();
    if (name == "record" || name == "error") {
      return ParseRecord(object, scope, depth);
    }
    if (name == "array" || name == "map") {
      auto child = json::Find(object, name == "array" ? "items" : "values");
      if (!child.has_value()) {
        return Invalid("a list or map without its element type");
      }
      ASSIGN_OR_RETURN(Node * node, NewNode(name == "array" ? Kind::kArray : Kind::kMap));
      ASSIGN_OR_RETURN(const Node* element, ParseNode(*child, scope, depth + 1));
      node->children.push_back(element);
      return node;
    }
    if (name == "fixed") {
      return ParseFixed(object, scope);
    }
    if (name == "enum") {
      return ParseEnum(object, scope);
    }
    return ParseLogical(object, name, scope);
  }

  NodeResult ParseRecord(json::Object object, std::string_view scope, int depth) {
    ASSIGN_OR_RETURN(Node * node, NewNode(Kind::kRecord));
    std::string inner = Register(object, scope, node);
    auto fields = json::Find(object, "fields");
    if (!fields.has_value() || !fields->is_array()) {
      return Invalid("a record without fields");
    }
    for (json::Element element : json::Array(fields->get_array().value_unsafe())) {
      auto field = json::AsObject(element, "field");
      if (!field.has_value()) {
        return Invalid("a field is an object");
      }
      auto name = TextAt(*field, "name");
      auto type = json::Find(*field, "type");
      if (!name.has_value() || !type.has_value()) {
        return Invalid("a field without name or type");
      }
      ASSIGN_OR_RETURN(const Node* child, ParseNode(*type, inner, depth + 1));
      node->fields.push_back({std::string(*name), Int32At(*field, "field-id"), child});
    }
    return node;
  }

  NodeResult ParseFixed(json::Object object, std::string_view scope) {
    std::optional<int64_t> size = Int64At(object, "size");
    if (!size.has_value() || *size < 0 || *size > kMaxFixedBytes) {
      return Invalid("a fixed type of impossible size");
    }
    ASSIGN_OR_RETURN(Node * node, NewNode(Kind::kFixed));
    node->size = *size;
    ReadLogical(object, *node);
    Register(object, scope, node);
    return node;
  }

  NodeResult ParseEnum(json::Object object, std::string_view scope) {
    ASSIGN_OR_RETURN(Node * node, NewNode(Kind::kEnum));
    auto symbols = json::GetStringList(object, "symbols");
    if (!symbols.has_value()) {
      return Invalid("an enum without symbols");
    }
    node->symbols = *std::move(symbols);
    Register(object, scope, node);
    return node;
  }

  /// `{"type": "int", "logicalType": "date"}` and the like.
  NodeResult ParseLogical(json::Object object, std::string_view name, std::string_view scope) {
    ASSIGN_OR_RETURN(const Node* named, ParseName(name, scope));
    if (named->kind == Kind::kRecord || named->kind == Kind::kFixed || named->kind == Kind::kEnum) {
      return named;
    }
    ASSIGN_OR_RETURN(Node * node, NewNode(named->kind));
    ReadLogical(object, *node);
    return node;
  }

  static void ReadLogical(json::Object object, Node& node) {
    std::string_view logical = TextAt(object, "logicalType").value_or("");
    if (logical == "uuid") {
      node.logical = Logical::kUuid;
    } else if (logical == "decimal") {
      node.logical = Logical::kDecimal;
      node.scale = Int32At(object, "scale").value_or(0);
    }
  }

  static std::string FullName(std::string_view name, std::string_view scope) {
    return name.contains('.') || scope.empty() ? std::string(name)
                                               : std::string(scope) + "." + std::string(name);
  }

  /// Remembers a named type; returns the namespace that its fields are read in.
  std::string Register(json::Object object, std::string_view scope, const Node* node) {
    std::string inner(TextAt(object, "namespace").value_or(scope));
    if (auto name = TextAt(object, "name"); name.has_value()) {
      std::string full = FullName(*name, inner);
      size_t dot = full.rfind('.');
      inner = dot == std::string::npos ? "" : full.substr(0, dot);
      named_.insert_or_assign(std::move(full), node);
    }
    return inner;
  }

  Schema schema_;
  std::map<std::string, const Node*, std::less<>> named_;
};

Result<Schema> Schema::Parse(std::string_view text) {
  if (text.empty()) {
    return Invalid("there is none");
  }
  auto document = json::Document::Parse(text, kLimits);
  if (!document.has_value()) {
    return TakeError(std::move(document)).As(ErrorCode::kInvalidMetadata);
  }
  return SchemaParser().Run(document->root());
}

}  // namespace firn::iceberg::avro
