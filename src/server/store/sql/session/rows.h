// Rows as records, and the look-ups that reads and changes share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/store/records.h"
#include "server/store/sql/session/session.h"

namespace firn::store::sql {

/// Columns as the statements of text/objects.h select them.
ObjectRecord ReadObject(const Row& row);
/// Columns as the statements of text/jobs.h select them.
JobRecord ReadJob(const Row& row);

struct NamespaceRow {
  NamespaceId id;
  /// JSON.
  std::string properties;
};

/// nullopt where there is none. `key` as NamespaceKey makes it.
Result<std::optional<NamespaceRow>> FindNamespaceRow(Session& session,
                                                     WarehouseId warehouse,
                                                     std::string_view key);

/// As FindNamespaceRow. Errors: kNoSuchNamespace ("Namespace does not exist: a.b").
Result<NamespaceRow> GetNamespaceRow(Session& session,
                                     WarehouseId warehouse,
                                     const NamespacePath& path);

/// The table or view of that name; nullopt where there is none.
Result<std::optional<ObjectRecord>> FindObjectRow(Session& session,
                                                  WarehouseId warehouse,
                                                  const TableIdentifier& identifier);

/// nullopt where there is none.
Result<std::optional<JobRecord>> FindJobRow(Session& session, JobId id);

Error NoSuchNamespace(const NamespacePath& path);
/// kNoSuchTable or kNoSuchView: "Table does not exist: ns.t".
Error NoSuchObject(ObjectKind kind, const TableIdentifier& identifier);

}  // namespace firn::store::sql
