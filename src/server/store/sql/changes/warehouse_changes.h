// Creating and dropping warehouses, inside a transaction.
#pragma once

#include "server/store/sql/changes/change.h"

namespace firn::store::sql {

Result<MutationResult> Apply(const Change& change, const CreateWarehouse& mutation);
Result<MutationResult> Apply(const Change& change, const DropWarehouse& mutation);

}  // namespace firn::store::sql
