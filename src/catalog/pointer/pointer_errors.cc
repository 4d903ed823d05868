#include "catalog/pointer/pointer_errors.h"

#include <fmt/format.h>

namespace firn::catalog::pointer {

Error NoSuchNamespace(const std::string& name_space) {
  return Error(ErrorCode::kNoSuchNamespace,
               fmt::format("Namespace does not exist: {}", name_space));
}

Error NoSuchTable(const TableKey& key) {
  return Error(ErrorCode::kNoSuchTable,
               fmt::format("Table does not exist: {}.{}", key.name_space, key.name));
}

Error NoSuch(Kind kind, const TableKey& key) {
  if (kind == Kind::kTable) {
    return NoSuchTable(key);
  }
  return Error(ErrorCode::kNoSuchView,
               fmt::format("View does not exist: {}.{}", key.name_space, key.name));
}

Error NameTaken(const TableKey& key) {
  return Error(ErrorCode::kAlreadyExists,
               fmt::format("Table or view already exists: {}.{}", key.name_space, key.name));
}

}  // namespace firn::catalog::pointer
