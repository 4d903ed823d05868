// Creating, dropping and changing namespaces, inside a transaction.
#pragma once

#include "server/store/sql/changes/change.h"

namespace firn::store::sql {

Result<MutationResult> Apply(const Change& change, const CreateNamespace& mutation);
Result<MutationResult> Apply(const Change& change, const DropNamespace& mutation);
Result<MutationResult> Apply(const Change& change, const UpdateNamespaceProperties& mutation);

}  // namespace firn::store::sql
