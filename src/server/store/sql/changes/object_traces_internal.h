// What changes of objects leave behind: events with their versions, and what memory is to learn.
#pragma once

#include <string>
#include <string_view>

#include "server/store/sql/changes/change.h"

namespace firn::store::sql {

/// `created` with kTable is `table.created`.
std::string EventType(ObjectKind kind, std::string_view what);

/// An event about the object as it is now; `versioned` where its pointer is a new one.
void TraceObject(const Change& change,
                 std::string_view what,
                 const TableIdentifier& identifier,
                 const ObjectRecord& object,
                 bool versioned);

/// As TraceObject, of a drop; `purged` where its files go too.
void TraceDrop(const Change& change,
               const TableIdentifier& identifier,
               const ObjectRecord& object,
               bool purged);

void TraceRename(const Change& change,
                 const TableIdentifier& from,
                 const TableIdentifier& to,
                 const ObjectRecord& object);

/// Memory: after COMMIT the name stands for `object`; nullptr: for nothing.
void SetPointer(const Change& change,
                const TableIdentifier& identifier,
                ObjectKind kind,
                ObjectRef object);

}  // namespace firn::store::sql
