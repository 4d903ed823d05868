// How Iceberg names things: a namespace is a path of levels of any depth (the empty path included),
// a table or view is a name in a namespace. Text forms: `ToString` joins with dots, as error
// messages show it; `ParseDotted...` reads what people type, where a level that holds a dot is
// quoted (`db."odd.name".t`), and ToDotted writes that.
//
// Thread-safety: plain values.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn {

struct NamespacePath {
  /// Outermost first; empty for the empty namespace.
  std::vector<std::string> levels;

  bool empty() const { return levels.empty(); }
  /// The levels joined with dots; empty text for the empty namespace.
  std::string ToString() const;
  /// The path without its last level. Requires: not empty().
  NamespacePath Parent() const;

  friend auto operator<=>(const NamespacePath&, const NamespacePath&) = default;
};

struct TableIdentifier {
  NamespacePath name_space;
  std::string name;

  /// `db.schema.table`.
  std::string ToString() const;

  friend auto operator<=>(const TableIdentifier&, const TableIdentifier&) = default;
};

/// Reads `a.b.c` with optional double quotes around a level (a doubled quote inside stands for
/// one). Errors: kInvalidArgument for an empty level or an unclosed quote.
Result<NamespacePath> ParseDottedNamespace(std::string_view text);

/// What ParseDottedNamespace reads back: levels joined with dots, quoted where they must be.
std::string ToDotted(const NamespacePath& path);
/// What ParseDottedIdentifier reads back.
std::string ToDotted(const TableIdentifier& identifier);

/// As ParseDottedNamespace; the last level is the name. Errors: kInvalidArgument.
Result<TableIdentifier> ParseDottedIdentifier(std::string_view text);

}  // namespace firn
