#include "server/service/names.h"

#include <fmt/format.h>

namespace firn::service {

Status CheckName(std::string_view name, std::string_view what) {
  if (name.empty()) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("Invalid {} name: it is empty", what));
  }
  if (name.size() > kMaxNameBytes) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Invalid {} name: longer than {} bytes", what, kMaxNameBytes));
  }
  for (char c : name) {
    if (c == '\0' || c == '\x1F') {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Invalid {} name: it holds NUL or the unit separator", what));
    }
  }
  return {};
}

Status CheckNamespacePath(const NamespacePath& path) {
  if (path.levels.size() > kMaxNamespaceLevels) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Invalid namespace: more than {} levels", kMaxNamespaceLevels));
  }
  for (const std::string& level : path.levels) {
    RETURN_IF_ERROR(CheckName(level, "namespace"));
  }
  return {};
}

Status CheckIdentifier(const TableIdentifier& identifier, std::string_view what) {
  RETURN_IF_ERROR(CheckNamespacePath(identifier.name_space));
  return CheckName(identifier.name, what);
}

}  // namespace firn::service
