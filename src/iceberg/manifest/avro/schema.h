// An Avro schema with what Iceberg adds to it: field ids and logical types. Parsed from the
// `avro.schema` text of a file, whatever wrote it; unknown attributes are ignored. Source:
// Avro 1.11 specification; Iceberg specification, Appendix A.
//
// Thread-safety: immutable; nodes live as long as their Schema.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::iceberg::avro {

enum class Kind : uint8_t {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kFixed,
  kEnum,
  kRecord,
  kArray,
  kMap,
  kUnion,
};

/// The logical types that change how a value is read.
enum class Logical : uint8_t { kNone, kDecimal, kUuid };

struct Node;

struct Field {
  std::string name;
  /// Iceberg's `field-id`; absent in files of some writers, which are then read by name.
  std::optional<int32_t> id;
  const Node* type = nullptr;
};

struct Node {
  Kind kind = Kind::kNull;
  Logical logical = Logical::kNone;
  /// Fixed: bytes.
  int64_t size = 0;
  /// Decimal.
  int32_t scale = 0;
  /// Record.
  std::vector<Field> fields;
  /// Array: the items; map: the values; union: the branches.
  std::vector<const Node*> children;
  /// Enum.
  std::vector<std::string> symbols;
};

class Schema {
 public:
  /// Errors: kInvalidMetadata.
  static Result<Schema> Parse(std::string_view json);

  const Node& root() const { return *root_; }

 private:
  friend class SchemaParser;

  std::vector<std::unique_ptr<Node>> nodes_;
  const Node* root_ = nullptr;
};

}  // namespace firn::iceberg::avro
