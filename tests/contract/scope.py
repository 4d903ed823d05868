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
    f"POST {NS}/tables/{{table}}/plan": "planTableScan",
    f"GET {NS}/tables/{{table}}/plan/{{plan-id}}": "fetchPlanningResult",
    f"DELETE {NS}/tables/{{table}}/plan/{{plan-id}}": "cancelPlanning",
    f"POST {NS}/tables/{{table}}/tasks": "fetchScanTasks",
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
    f"GET {NS}/tables/{{table}}/credentials": "loadCredentials",
    f"POST {NS}/tables/{{table}}/sign": "signRequest",
}

# Paths that no list of endpoints names: clients call them without looking.
UNLISTED = {"GET /v1/config", "POST /v1/oauth/tokens"}

# Documented statuses that no operation can answer, and why.
NEVER = {
    "401": "there is no authentication yet",
    "419": "there is no authentication yet",
    "406": "what the document lets a server refuse to support, Firn supports",
    "502": "Firn is no gateway",
    "504": "Firn is no gateway",
}

READS = (
    "getConfig",
    "listNamespaces",
    "loadNamespaceMetadata",
    "namespaceExists",
    "listTables",
    "loadTable",
    "tableExists",
    "listViews",
    "loadView",
    "viewExists",
    "fetchPlanningResult",
    "fetchScanTasks",
)
NO_WAIT = "reads do not wait for the database's writer; the database would have to be lost"
CHANGES = set(BUILT.values()) - set(READS) - {"createNamespace", "dropNamespace", "planTableScan"}
# Operations that name a place, and may name one of the server's own.
PLACES = {
    "createTable", "registerTable", "updateTable", "createView", "registerView", "replaceView",
}  # fmt: skip
# The document names no 403 for viewExists.
NAMES_NO_PLACE = set(BUILT.values()) - PLACES - {"viewExists"}
UNKNOWN = "all changes go one way; createNamespace is the one that is made to hang"

# (operation, documented status) that the suite does not provoke, and why.
NOT_PROVOKED: dict[tuple[str, str], str] = {
    **{(operation, "503"): NO_WAIT for operation in READS},
    # A table's or view's metadata file can be broken: those two are answered 500.
    **{(operation, "5XX"): NO_WAIT for operation in READS if not operation.startswith("load")},
    ("loadNamespaceMetadata", "5XX"): NO_WAIT,
    ("dropNamespace", "5XX"): UNKNOWN,
    **{(operation, "5XX"): UNKNOWN for operation in CHANGES},
    ("commitTransaction", "500"): UNKNOWN,
    ("replaceView", "500"): UNKNOWN,
    **{(each, "403"): "there is no authorization yet" for each in NAMES_NO_PLACE},
}
