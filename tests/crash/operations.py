"""One mutating request of every kind, and how to tell from the catalog that it has happened."""

from collections.abc import Callable
from dataclasses import dataclass

from catalog_state import State

from harness import bodies
from harness.catalog import Catalog, identifier

NS = ("crash",)


@dataclass
class Operation:
    name: str
    method: str
    path: str
    body: object
    touches: set[tuple]  # the only objects that may differ afterwards
    happened: Callable[[State], bool]

    def send(self, catalog: Catalog, key: str):
        headers = {"Idempotency-Key": key}
        return catalog.client.call(
            self.method, self.path, json=self.body, headers=headers, expect={200, 204}
        )


def furnish(catalog: Catalog) -> None:
    """What the operations work on."""
    catalog.make_namespace(*NS)
    catalog.make_namespace(*NS, "empty")
    for name in ("t0", "t1", "t2", "to_rename", "to_drop", "to_purge", "to_unregister"):
        catalog.make_table(NS, name)
        catalog.append(NS, name)
    for name in ("v0", "v_rename", "v_drop"):
        catalog.make_view(NS, name)
    catalog.make_table(NS, "registered")


def operations(catalog: Catalog) -> list[Operation]:
    """In the order in which they are sent; requests are built from the furnished catalog."""
    return [
        *_table_operations(catalog),
        *_view_operations(catalog),
        *_namespace_operations(catalog),
    ]


def _table_operations(catalog: Catalog) -> list[Operation]:
    append = bodies.append(catalog.metadata(NS, "t0"))
    added = append["updates"][1]["snapshot-id"]
    both = [
        {
            "identifier": identifier(NS, name),
            "requirements": [],
            "updates": [bodies.set_properties(both="1")],
        }
        for name in ("t1", "t2")
    ]
    register = {"name": "again", "metadata-location": _free_metadata(catalog)}
    tables = catalog.path(NS, "tables")
    return [
        Operation(
            "append", "POST", f"{tables}/t0", append, {table("t0")},
            lambda s: s[table("t0")]["metadata"].get("current-snapshot-id") == added,
        ),
        Operation(
            "transaction", "POST", "transactions/commit", {"table-changes": both},
            {table("t1"), table("t2")},
            lambda s: [property_of(s, name, "both") for name in ("t1", "t2")] == ["1", "1"],
        ),
        Operation("create", "POST", tables, bodies.create_table("new"), {table("new")},
                  lambda s: table("new") in s),
        Operation("register", "POST", catalog.path(NS, "register"), register, {table("again")},
                  lambda s: table("again") in s),
        rename(catalog, "table", "to_rename"),
        Operation("drop", "DELETE", f"{tables}/to_drop", None, {table("to_drop")},
                  lambda s: table("to_drop") not in s),
        Operation("purge", "DELETE", f"{tables}/to_purge?purgeRequested=true", None,
                  {table("to_purge")}, lambda s: table("to_purge") not in s),
        Operation("unregister", "POST", f"{tables}/to_unregister/unregister", None,
                  {table("to_unregister")}, lambda s: table("to_unregister") not in s),
    ]  # fmt: skip


def _view_operations(catalog: Catalog) -> list[Operation]:
    views = catalog.path(NS, "views")
    update = {"requirements": [], "updates": [bodies.set_properties(k="1")]}
    return [
        Operation("create view", "POST", views, bodies.create_view("v_new"), {view("v_new")},
                  lambda s: view("v_new") in s),
        Operation(
            "replace view", "POST", f"{views}/v0", update, {view("v0")},
            lambda s: s[view("v0")]["metadata"].get("properties", {}).get("k") == "1",
        ),
        rename(catalog, "view", "v_rename"),
        Operation("drop view", "DELETE", f"{views}/v_drop", None, {view("v_drop")},
                  lambda s: view("v_drop") not in s),
    ]  # fmt: skip


def _namespace_operations(catalog: Catalog) -> list[Operation]:
    fresh, empty = ("namespace", *NS, "fresh"), ("namespace", *NS, "empty")
    properties = {"updates": {"k": "1"}, "removals": []}
    return [
        Operation("create namespace", "POST", "namespaces", {"namespace": [*NS, "fresh"]},
                  {fresh}, lambda s: fresh in s),
        Operation("namespace properties", "POST", catalog.path(NS) + "/properties", properties,
                  {("namespace", *NS)}, lambda s: s[("namespace", *NS)].get("k") == "1"),
        Operation("drop namespace", "DELETE", catalog.path((*NS, "empty")), None,
                  {empty}, lambda s: empty not in s),
    ]  # fmt: skip


def rename(catalog: Catalog, kind: str, name: str) -> Operation:
    old, new = (kind, *NS, name), (kind, *NS, f"{name}d")
    body = {"source": identifier(NS, name), "destination": identifier(NS, f"{name}d")}
    return Operation(
        f"rename {kind}", "POST", f"{kind}s/rename", body, {old, new},
        lambda s: old not in s and new in s,
    )  # fmt: skip


def _free_metadata(catalog: Catalog) -> str:
    location = catalog.load(NS, "registered")["metadata-location"]
    catalog.drop(NS, "registered")
    return location


def table(name: str) -> tuple:
    return ("table", *NS, name)


def view(name: str) -> tuple:
    return ("view", *NS, name)


def property_of(state: State, name: str, key: str) -> str | None:
    return state[table(name)]["metadata"].get("properties", {}).get(key)
