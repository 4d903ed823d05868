// What stores of pointers say of names that are not there, or are.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "base/error.h"
#include "catalog/pointer/pointer_store.h"

namespace firn::catalog::pointer {

/// kNoSuchNamespace.
Error NoSuchNamespace(const std::string& name_space);
/// kNoSuchTable.
Error NoSuchTable(const TableKey& key);
/// kNoSuchTable, kNoSuchView.
Error NoSuch(Kind kind, const TableKey& key);
/// kAlreadyExists, of a name that a table or a view has.
Error NameTaken(const TableKey& key);

}  // namespace firn::catalog::pointer
