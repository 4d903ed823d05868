// Creating, swapping, dropping and renaming tables and views, staging tables and keeping their
// reports, inside a transaction.
#pragma once

#include "server/store/sql/changes/change.h"

namespace firn::store::sql {

Result<MutationResult> Apply(const Change& change, const CommitObjects& mutation);
Result<MutationResult> Apply(const Change& change, const DropObject& mutation);
Result<MutationResult> Apply(const Change& change, const RenameObject& mutation);
Result<MutationResult> Apply(const Change& change, const StageTable& mutation);
Result<MutationResult> Apply(const Change& change, const SaveMetricsReport& mutation);

}  // namespace firn::store::sql
