// Schema evolution: steps that change a table's columns, applied in order to its current schema.
// Names are full names (`points.element.x`, `points.x`) as the steps before left them; field ids
// stay, new ones are assigned. Source: specification, "Schema Evolution".
//
// Errors: kInvalidArgument for a column that is not there or is there already, an incompatible
// change, a promotion that the specification does not know, a change of a map's key.
// Thread-safety: plain values, pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/schema.h"
#include "iceberg/schema/type.h"
#include "table/evolve/updates_action.h"

namespace firn::table {

/// Whether a step may break readers and writers of rows that are there.
enum class Compatibility : uint8_t {
  kRequired,
  kMayBreak,  ///< Optional columns become required, required ones come without a default.
};

struct AddColumn {
  /// A struct, or a list or map of structs; empty: a column of the table.
  std::string parent;
  std::string name;
  /// Field ids in it are replaced; they must differ among themselves.
  iceberg::TypePtr type;
  std::optional<std::string> doc;
  bool required = false;
  /// v3: for rows that are there, and for writers that give no value.
  std::optional<iceberg::Literal> default_value;
};

struct RenameColumn {
  std::string name;
  /// The last part only.
  std::string new_name;
};

struct DropColumn {
  std::string name;
};

/// Changes what is given.
struct UpdateColumn {
  std::string name;
  /// A promotion of its type.
  iceberg::TypePtr type;
  std::optional<bool> required;
  std::optional<std::string> doc;
  /// v3.
  std::optional<iceberg::Literal> write_default;
};

struct MoveColumn {
  enum class Where : uint8_t { kFirst, kBefore, kAfter };

  std::string name;
  Where where = Where::kFirst;
  /// A column of the same struct; not for kFirst.
  std::string other;
};

struct SetIdentifierFields {
  std::vector<std::string> names;
};

using SchemaStep = std::
    variant<AddColumn, RenameColumn, DropColumn, UpdateColumn, MoveColumn, SetIdentifierFields>;

/// No updates where the steps change nothing.
Result<Updates> ChangeSchema(const iceberg::TableMetadata& table,
                             std::span<const SchemaStep> steps,
                             Compatibility compatibility);

}  // namespace firn::table
