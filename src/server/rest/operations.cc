#include "server/rest/operations.h"

#include <algorithm>
#include <array>

namespace firn::rest {
namespace {

using http::Method;
using enum Operation;

constexpr auto kOperations = std::to_array<OperationSpec>({
    {kGetConfig, Method::kGet, "/v1/config", "getConfig", false, 200, false},
    {kListNamespaces, Method::kGet, "/v1/{prefix}/namespaces", "listNamespaces"},
    {kCreateNamespace, Method::kPost, "/v1/{prefix}/namespaces", "createNamespace", true},
    {kLoadNamespace, Method::kGet, "/v1/{prefix}/namespaces/{namespace}", "loadNamespaceMetadata"},
    {kNamespaceExists, Method::kHead, "/v1/{prefix}/namespaces/{namespace}", "namespaceExists",
     false, 204},
    {kDropNamespace, Method::kDelete, "/v1/{prefix}/namespaces/{namespace}", "dropNamespace", true,
     204},
    {kUpdateNamespaceProperties, Method::kPost, "/v1/{prefix}/namespaces/{namespace}/properties",
     "updateProperties", true},
    {kListTables, Method::kGet, "/v1/{prefix}/namespaces/{namespace}/tables", "listTables"},
    {kCreateTable, Method::kPost, "/v1/{prefix}/namespaces/{namespace}/tables", "createTable",
     true},
    {kLoadTable, Method::kGet, "/v1/{prefix}/namespaces/{namespace}/tables/{table}", "loadTable"},
    {kTableExists, Method::kHead, "/v1/{prefix}/namespaces/{namespace}/tables/{table}",
     "tableExists", false, 204},
    {kUpdateTable, Method::kPost, "/v1/{prefix}/namespaces/{namespace}/tables/{table}",
     "updateTable", true},
    {kDropTable, Method::kDelete, "/v1/{prefix}/namespaces/{namespace}/tables/{table}", "dropTable",
     true, 204},
    {kRegisterTable, Method::kPost, "/v1/{prefix}/namespaces/{namespace}/register", "registerTable",
     true},
    {kUnregisterTable, Method::kPost,
     "/v1/{prefix}/namespaces/{namespace}/tables/{table}/unregister", "unregisterTable", true},
    {kReportMetrics, Method::kPost, "/v1/{prefix}/namespaces/{namespace}/tables/{table}/metrics",
     "reportMetrics", true, 204},
    {kPlanTableScan, Method::kPost, "/v1/{prefix}/namespaces/{namespace}/tables/{table}/plan",
     "planTableScan", true},
    {kFetchPlanningResult, Method::kGet,
     "/v1/{prefix}/namespaces/{namespace}/tables/{table}/plan/{plan-id}", "fetchPlanningResult"},
    {kCancelPlanning, Method::kDelete,
     "/v1/{prefix}/namespaces/{namespace}/tables/{table}/plan/{plan-id}", "cancelPlanning", true,
     204},
    {kFetchScanTasks, Method::kPost, "/v1/{prefix}/namespaces/{namespace}/tables/{table}/tasks",
     "fetchScanTasks", true},
    {kRenameTable, Method::kPost, "/v1/{prefix}/tables/rename", "renameTable", true, 204},
    {kCommitTransaction, Method::kPost, "/v1/{prefix}/transactions/commit", "commitTransaction",
     true, 204},
    {kListViews, Method::kGet, "/v1/{prefix}/namespaces/{namespace}/views", "listViews"},
    {kCreateView, Method::kPost, "/v1/{prefix}/namespaces/{namespace}/views", "createView", true},
    {kLoadView, Method::kGet, "/v1/{prefix}/namespaces/{namespace}/views/{view}", "loadView"},
    {kViewExists, Method::kHead, "/v1/{prefix}/namespaces/{namespace}/views/{view}", "viewExists",
     false, 204},
    {kReplaceView, Method::kPost, "/v1/{prefix}/namespaces/{namespace}/views/{view}", "replaceView",
     true},
    {kDropView, Method::kDelete, "/v1/{prefix}/namespaces/{namespace}/views/{view}", "dropView",
     true, 204},
    {kRegisterView, Method::kPost, "/v1/{prefix}/namespaces/{namespace}/register-view",
     "registerView", true},
    {kRenameView, Method::kPost, "/v1/{prefix}/views/rename", "renameView", true, 204},
    {kJoinFeatures, Method::kPost, "/features/v1/{prefix}/join", "joinFeatures", false, 200, false},
    {kLatestFeatures, Method::kPost, "/features/v1/{prefix}/latest", "latestFeatures", false, 200,
     false},
    {kListWarehouses, Method::kGet, "/management/v1/warehouses", "listWarehouses", false, 200,
     false},
    {kCreateWarehouse, Method::kPost, "/management/v1/warehouses", "createWarehouse", true, 200,
     false},
    {kDropWarehouse, Method::kDelete, "/management/v1/warehouses/{warehouse}", "dropWarehouse",
     true, 204, false},
    {kListJobs, Method::kGet, "/management/v1/jobs", "listJobs", false, 200, false},
    {kGetJob, Method::kGet, "/management/v1/jobs/{job}", "getJob", false, 200, false},
    {kRetryJob, Method::kPost, "/management/v1/jobs/{job}/retry", "retryJob", true, 200, false},
    {kCancelJob, Method::kPost, "/management/v1/jobs/{job}/cancel", "cancelJob", true, 200, false},
});

}  // namespace

std::span<const OperationSpec> Operations() { return kOperations; }

const OperationSpec& SpecOf(Operation operation) {
  return *std::find_if(kOperations.begin(), kOperations.end(),
                       [&](const OperationSpec& spec) { return spec.operation == operation; });
}

}  // namespace firn::rest
