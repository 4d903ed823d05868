// NamespaceKey: a namespace path as one text for the database. Each level is followed by `/`;
// inside a level `\` stands before `\`, `/` and, as `\0`, for NUL. So every path has one key,
// whatever dots and slashes its levels hold, and the empty path is the empty text.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/table_identifier.h"

namespace firn::store::sql {

/// The key of no namespace: parent of the top-level ones.
inline constexpr std::string_view kTopKey = ".";

std::string NamespaceKey(const NamespacePath& path);

/// Reads what NamespaceKey made.
NamespacePath ParseNamespaceKey(std::string_view key);

/// The key of the parent: kTopKey for a top-level namespace and for the empty path.
std::string ParentKey(const NamespacePath& path);

}  // namespace firn::store::sql
