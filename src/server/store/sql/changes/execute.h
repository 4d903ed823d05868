// Runs one mutation inside a transaction: its idempotency record first, then its attempt, then the
// change with its events, then its audit row.
#pragma once

#include "base/result.h"
#include "server/store/mutations.h"
#include "server/store/sql/session/transaction.h"

namespace firn::store::sql {

/// On an error the caller rolls back what was done.
Result<MutationResult> ExecuteMutation(Transaction& transaction,
                                       const Mutation& mutation,
                                       const MutationContext& context);

}  // namespace firn::store::sql
