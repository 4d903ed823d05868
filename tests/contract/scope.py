"""Which operations of the OpenAPI document Firn has. Move a line when an operation gets built."""

NS = "/v1/{prefix}/namespaces/{namespace}"

BUILT = {
    "GET /v1/config": "getConfig",
    "GET /v1/{prefix}/namespaces": "listNamespaces",
    "POST /v1/{prefix}/namespaces": "createNamespace",
    f"GET {NS}": "loadNamespaceMetadata",
    f"HEAD {NS}": "namespaceExists",
    f"DELETE {NS}": "dropNamespace",
    f"POST {NS}/properties": "updateProperties",
    f"GET {NS}/tables": "listTables",
    f"POST {NS}/tables": "createTable",
    f"GET {NS}/tables/{{table}}": "loadTable",
    f"POST {NS}/tables/{{table}}": "updateTable",
    f"DELETE {NS}/tables/{{table}}": "dropTable",
    f"HEAD {NS}/tables/{{table}}": "tableExists",
    f"POST {NS}/tables/{{table}}/unregister": "unregisterTable",
    f"POST {NS}/tables/{{table}}/metrics": "reportMetrics",
    f"POST {NS}/register": "registerTable",
    "POST /v1/{prefix}/tables/rename": "renameTable",
    "POST /v1/{prefix}/transactions/commit": "commitTransaction",
    f"GET {NS}/views": "listViews",
    f"POST {NS}/views": "createView",
    f"GET {NS}/views/{{view}}": "loadView",
    f"POST {NS}/views/{{view}}": "replaceView",
    f"DELETE {NS}/views/{{view}}": "dropView",
    f"HEAD {NS}/views/{{view}}": "viewExists",
    "POST /v1/{prefix}/views/rename": "renameView",
    f"POST {NS}/register-view": "registerView",
}

NOT_BUILT = {
    "POST /v1/oauth/tokens": "getToken",
    f"GET {NS}/functions": "listFunctions",
    f"GET {NS}/functions/{{function}}": "loadFunction",
    f"POST {NS}/tables/{{table}}/plan": "planTableScan",
    f"GET {NS}/tables/{{table}}/plan/{{plan-id}}": "fetchPlanningResult",
    f"DELETE {NS}/tables/{{table}}/plan/{{plan-id}}": "cancelPlanning",
    f"POST {NS}/tables/{{table}}/tasks": "fetchScanTasks",
    f"GET {NS}/tables/{{table}}/credentials": "loadCredentials",
    f"POST {NS}/tables/{{table}}/sign": "signRequest",
}

# Paths that no list of endpoints names: clients call them without looking.
UNLISTED = {"GET /v1/config", "POST /v1/oauth/tokens"}
