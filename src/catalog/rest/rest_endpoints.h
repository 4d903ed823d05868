// The endpoints of the Iceberg REST document that RestCatalog calls, as catalogs list them in their
// configuration, and those that every catalog has which lists none.
//
// Thread-safety: constants.
#pragma once

#include <array>
#include <string_view>

namespace firn::catalog::rest {

namespace endpoint {
inline constexpr std::string_view kListNamespaces = "GET /v1/{prefix}/namespaces";
inline constexpr std::string_view kCreateNamespace = "POST /v1/{prefix}/namespaces";
inline constexpr std::string_view kLoadNamespace = "GET /v1/{prefix}/namespaces/{namespace}";
inline constexpr std::string_view kNamespaceExists = "HEAD /v1/{prefix}/namespaces/{namespace}";
inline constexpr std::string_view kDropNamespace = "DELETE /v1/{prefix}/namespaces/{namespace}";
inline constexpr std::string_view kUpdateNamespace =
    "POST /v1/{prefix}/namespaces/{namespace}/properties";
inline constexpr std::string_view kListTables = "GET /v1/{prefix}/namespaces/{namespace}/tables";
inline constexpr std::string_view kCreateTable = "POST /v1/{prefix}/namespaces/{namespace}/tables";
inline constexpr std::string_view kRegisterTable =
    "POST /v1/{prefix}/namespaces/{namespace}/register";
inline constexpr std::string_view kLoadTable =
    "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}";
inline constexpr std::string_view kTableExists =
    "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}";
inline constexpr std::string_view kCommitTable =
    "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}";
inline constexpr std::string_view kDropTable =
    "DELETE /v1/{prefix}/namespaces/{namespace}/tables/{table}";
inline constexpr std::string_view kLoadCredentials =
    "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials";
inline constexpr std::string_view kSign =
    "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/sign";
inline constexpr std::string_view kRenameTable = "POST /v1/{prefix}/tables/rename";
inline constexpr std::string_view kListViews = "GET /v1/{prefix}/namespaces/{namespace}/views";
inline constexpr std::string_view kLoadView =
    "GET /v1/{prefix}/namespaces/{namespace}/views/{view}";
inline constexpr std::string_view kViewExists =
    "HEAD /v1/{prefix}/namespaces/{namespace}/views/{view}";
inline constexpr std::string_view kRegisterView =
    "POST /v1/{prefix}/namespaces/{namespace}/register-view";
inline constexpr std::string_view kDropView =
    "DELETE /v1/{prefix}/namespaces/{namespace}/views/{view}";
inline constexpr std::string_view kRenameView = "POST /v1/{prefix}/views/rename";
}  // namespace endpoint

inline constexpr std::array kDefaultEndpoints = {
    endpoint::kListNamespaces, endpoint::kCreateNamespace, endpoint::kLoadNamespace,
    endpoint::kDropNamespace,  endpoint::kUpdateNamespace, endpoint::kListTables,
    endpoint::kCreateTable,    endpoint::kRegisterTable,   endpoint::kLoadTable,
    endpoint::kCommitTable,    endpoint::kDropTable,       endpoint::kRenameTable};

}  // namespace firn::catalog::rest
