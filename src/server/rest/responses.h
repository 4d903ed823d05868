// Response bodies, printed straight to text.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.h"
#include "server/service/metadata_cache.h"
#include "server/service/namespaces.h"

namespace firn::rest {

inline constexpr std::string_view kJson = "application/json";

http::Response JsonResponse(std::string body);
http::Response JsonResponse(http::Body body);
http::Response NoContent();

/// LoadTableResult of a stored table, with its ETag; the text is made once and kept with the entry.
http::Response LoadTableResponse(const service::MetadataEntry& entry,
                                 iceberg::SnapshotSelection selection);
/// CommitTableResponse, with the table's ETag.
http::Response CommitTableResponse(const service::MetadataEntry& entry);
http::Response UnregisterTableResponse(const service::MetadataEntry& entry);
/// LoadTableResult of a staged table: it has no metadata file yet.
std::string PrintStagedTable(std::string_view metadata_json);
http::Response LoadViewResponse(const service::MetadataEntry& entry);

/// `"<fingerprint>"`.
std::string EntityTag(const service::MetadataEntry& entry, iceberg::SnapshotSelection selection);
/// True where an If-None-Match header names the tag or is `*`.
bool Matches(std::string_view if_none_match, std::string_view tag);

std::string PrintNamespace(const store::NamespaceRecord& name_space);
std::string PrintPropertiesResult(const store::NamespacePropertiesResult& result);
/// `next` is the token of the next page; null where empty.
std::string PrintNamespaces(const NamespacePath& parent,
                            const std::vector<std::string>& names,
                            std::string_view next);
std::string PrintIdentifiers(const NamespacePath& name_space,
                             const std::vector<std::string>& names,
                             std::string_view next);
std::string PrintWarehouse(const store::WarehouseRecord& warehouse);
std::string PrintWarehouses(const std::vector<store::WarehouseRecord>& warehouses);

}  // namespace firn::rest
