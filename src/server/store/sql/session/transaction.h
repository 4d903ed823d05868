// Transaction: what a change works with while it runs in its savepoint: the session, and what is to
// happen with the group: events (numbered last, before COMMIT) and changes of memory (after
// COMMIT).
//
// Thread-safety: the writer thread only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/store/records.h"
#include "server/store/sql/session/session.h"

namespace firn::store::sql {

/// A row of object_versions, written with its event's number.
struct PendingVersion {
  ObjectId object;
  int64_t version = 0;
  std::string metadata_location;
};

/// An event without its number yet.
struct PendingEvent {
  WarehouseId warehouse;
  std::string transaction_id;
  TimestampMs time;
  std::string type;
  std::string namespace_key;
  std::string name;
  std::string detail;
  std::optional<PendingVersion> version;
};

/// What a name stands for after COMMIT; nullptr: nothing.
struct PointerChange {
  WarehouseId warehouse;
  TableIdentifier identifier;
  ObjectKind kind = ObjectKind::kTable;
  ObjectRef object;
};

struct Transaction {
  Session& session;
  std::vector<PendingEvent> events;
  std::vector<PointerChange> pointers;
};

}  // namespace firn::store::sql
