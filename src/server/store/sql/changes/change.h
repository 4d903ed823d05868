// Change: one mutation while it runs, and the names of its traces.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "server/store/mutations.h"
#include "server/store/sql/session/transaction.h"

namespace firn::store::sql {

struct Change {
  Transaction& transaction;
  const MutationContext& context;
  /// The same for all events of the mutation.
  std::string transaction_id;

  Session& session() const { return transaction.session; }

  /// An event of the namespace `namespace_key`, or of `name` in it.
  void AddEvent(std::string_view type,
                std::string namespace_key,
                std::string_view name,
                std::string detail,
                std::optional<PendingVersion> version = std::nullopt) const {
    transaction.events.push_back({context.warehouse, transaction_id, context.now, std::string(type),
                                  std::move(namespace_key), std::string(name), std::move(detail),
                                  std::move(version)});
  }
};

}  // namespace firn::store::sql
