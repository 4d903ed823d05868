// RebaseAppend: an append whose branch has moved on, put on top of what the branch is now, instead
// of a conflict that its client would answer by doing the same. Off unless the table's property
// `firn.rebase-appends` is true.
//
// An append that brings nothing but new data files means the same on any state of its branch that
// follows the one it saw. That it is one is proven from its own manifest list: besides what it
// added it holds exactly the list of its parent (manifests without a file aside). Ruling: anything
// else stays a conflict. A merge append took entries of older manifests in: on a newer state it
// would bring back what was deleted meanwhile. Nor may its entries bring sequence numbers or row
// ids of their own.
//
// What cannot be seen from here is why rows are appended: an upsert or an overwrite by a filter
// that matched nothing is an append too, and on another state it might have matched. That is why
// the table must ask for it.
//
// Thread-safety: any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/table_update.h"
#include "server/service/environment.h"
#include "server/service/table_change.h"

namespace firn::service {

inline constexpr std::string_view kRebaseAppendsProperty = "firn.rebase-appends";

/// An append on the state that it did not know of.
struct RebasedAppend {
  /// In the place of the change's updates.
  std::vector<iceberg::TableUpdate> updates;
  /// Its manifest list, which is written before anything names it.
  std::string list_location;
  std::string list_bytes;
};

/// `change`, one of whose requirements does not hold for `base`, as an append on top of it. nullopt
/// where the table does not want that, where the change is no append that may be rebased, or where
/// its manifest lists cannot be read: then the conflict stands. Reads three manifest lists
/// and the manifests that it added.
std::optional<RebasedAppend> RebaseAppend(const Environment& environment,
                                          const store::WarehouseRecord& warehouse,
                                          const iceberg::TableMetadata& base,
                                          const TableChange& change);

}  // namespace firn::service
