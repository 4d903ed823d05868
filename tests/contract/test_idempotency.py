"""Idempotency-Key: replays, refusals of reused keys, and what is not stored."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import bodies
from harness.catalog import Catalog, identifier
from harness.client import RestClient

# Metadata files beyond the former one go with each commit.
TRIMMED = {
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "1",
}


class Call:
    """One mutating request, prepared in a namespace of its own."""

    def __init__(self, method: str, path: str, body=None, query=None):
        self.method, self.path, self.body, self.query = method, path, body, query

    def send(self, client, key, **options):
        return client.call(
            self.method, self.path, json=self.body, query=self.query, headers=key, **options
        )


def prepare(catalog, ns, what: str) -> Call:
    catalog.make_table(ns, "t")
    catalog.make_view(ns, "v", properties={"gc.enabled": "false"})
    table, view = catalog.path(ns, "tables", "t"), catalog.path(ns, "views", "v")
    commit = {"requirements": [], "updates": [bodies.set_properties(a="b")]}
    calls = {
        "create namespace": lambda: Call("POST", "namespaces", {"namespace": [*ns, "child"]}),
        "drop namespace": lambda: Call("DELETE", catalog.path(child(catalog, ns))),
        "namespace properties": lambda: Call(
            "POST", catalog.path(ns) + "/properties", {"updates": {"a": "b"}, "removals": ["c"]}
        ),
        "create table": lambda: Call(
            "POST", catalog.path(ns, "tables"), bodies.create_table("new")
        ),
        "register": lambda: Call("POST", catalog.path(ns, "register"), free_table(catalog, ns)),
        "commit": lambda: Call("POST", table, commit),
        "append": lambda: Call("POST", table, bodies.append(catalog.metadata(ns, "t"))),
        "drop table": lambda: Call("DELETE", table),
        "purge table": lambda: Call("DELETE", table, query={"purgeRequested": "true"}),
        "unregister": lambda: Call("POST", table + "/unregister"),
        "rename table": lambda: Call("POST", "tables/rename", rename(ns, "t")),
        "transaction": lambda: Call(
            "POST",
            "transactions/commit",
            {"table-changes": [{"identifier": identifier(ns, "t"), **commit}]},
        ),
        "create view": lambda: Call("POST", catalog.path(ns, "views"), bodies.create_view("new")),
        "replace view": lambda: Call("POST", view, commit),
        "drop view": lambda: Call("DELETE", view),
        "report metrics": lambda: Call("POST", table + "/metrics", report()),
        "rename view": lambda: Call("POST", "views/rename", rename(ns, "v")),
        "register view": lambda: Call(
            "POST", catalog.path(ns, "register-view"), free_view(catalog, ns)
        ),
    }
    return calls[what]()


def child(catalog, ns):
    catalog.make_namespace(*ns, "child")
    return (*ns, "child")


def free_table(catalog, ns) -> dict:
    location = catalog.make_table(ns, "free")["metadata-location"]
    catalog.drop(ns, "free")
    return {"name": "free", "metadata-location": location}


def free_view(catalog, ns) -> dict:
    made = catalog.make_view(ns, "free", properties={"gc.enabled": "false"})
    catalog.drop(ns, "free", kind="views")
    return {"name": "free", "metadata-location": made["metadata-location"]}


def report() -> dict:
    """The document names the key for neither this call nor createView; both honour it."""
    return {
        "report-type": "commit-report",
        "table-name": "ns.t",
        "snapshot-id": 1,
        "sequence-number": 1,
        "operation": "append",
        "metrics": {},
        "metadata": {},
    }


def rename(ns, name: str) -> dict:
    return {"source": identifier(ns, name), "destination": identifier(ns, "renamed")}


MUTATIONS = [
    "create namespace", "drop namespace", "namespace properties", "create table", "register",
    "commit", "append", "drop table", "purge table", "unregister", "rename table", "transaction",
    "create view", "replace view", "drop view", "rename view", "register view",
    "report metrics",
]  # fmt: skip


@pytest.mark.parametrize("what", MUTATIONS)
def test_the_second_call_is_a_replay(catalog, ns, key, what):
    call = prepare(catalog, ns, what)
    first = call.send(catalog.client, key, expect={200, 204})
    again = call.send(catalog.client, key, expect=first.status)
    assert again.body == first.body or again.json == first.json
    assert again.headers.get("ETag") == first.headers.get("ETag")


@pytest.mark.parametrize("what", MUTATIONS)
def test_a_reused_key_is_refused_and_changes_nothing(catalog, ns, key, what):
    catalog.make_namespace(bodies.unique("spent"), headers=key)
    call = prepare(catalog, ns, what)
    answer = call.send(catalog.client, key, expect=422, error="UnprocessableEntityException")
    assert "spent" not in answer.error["message"], "says what the key was used for"
    call.send(catalog.client, {}, expect={200, 204})


def test_same_path_other_body(catalog, table, key):
    path = catalog.path(table[0], "tables", table[1])
    body = {"requirements": [], "updates": [bodies.set_properties(a="1")]}
    catalog.client.post(path, body, headers=key, expect=200)
    body["updates"] = [bodies.set_properties(a="2")]
    options = {"expect": 422, "error": "UnprocessableEntityException"}
    catalog.client.post(path, body, headers=key, **options)
    assert catalog.metadata(*table)["properties"]["a"] == "1"


def test_replayed_create_does_not_make_the_table_again(catalog, ns, key):
    call = Call("POST", catalog.path(ns, "tables"), bodies.create_table("t"))
    call.send(catalog.client, key, expect=200)
    catalog.drop(ns, "t")
    call.send(catalog.client, key)
    assert catalog.tables(ns) == []


@pytest.mark.parametrize("what", ["create", "register"])
def test_a_creation_is_replayed_when_its_first_file_is_gone(catalog, ns, key, what):
    properties = TRIMMED
    if what == "create":
        body = bodies.create_table("t", properties=properties)
        call = Call("POST", catalog.path(ns, "tables"), body)
    else:
        location = catalog.make_table(ns, "t", properties=properties)["metadata-location"]
        catalog.drop(ns, "t")
        call = Call(
            "POST", catalog.path(ns, "register"), {"name": "t", "metadata-location": location}
        )
    first = call.send(catalog.client, key, expect=200).json
    for number in range(4):
        catalog.commit(ns, "t", [bodies.set_properties(n=str(number))])
    again = call.send(catalog.client, key, expect=200).json
    assert again == catalog.load(ns, "t")
    assert again["metadata"]["table-uuid"] == first["metadata"]["table-uuid"]
    # Another table of that name is nobody's answer.
    catalog.drop(ns, "t")
    catalog.make_table(ns, "t")
    call.send(catalog.client, key, expect=404)


@pytest.mark.parametrize("where", ["location", "write.metadata.path"])
def test_the_next_table_at_the_same_place_is_nobodys_answer(catalog, ns, key, where):
    place = catalog.make_table(ns, "x")["metadata"]["location"]
    catalog.drop(ns, "x")
    body = bodies.create_table("t", properties=dict(TRIMMED))
    if where == "location":
        body["location"] = place
    else:
        body["properties"][where] = place + "/common"
    call = Call("POST", catalog.path(ns, "tables"), body)
    first = call.send(catalog.client, key, expect=200).json
    for number in range(4):
        catalog.commit(ns, "t", [bodies.set_properties(n=str(number))])
    catalog.drop(ns, "t")
    second = call.send(catalog.client, {}, expect=200).json
    assert second["metadata"]["table-uuid"] != first["metadata"]["table-uuid"]
    call.send(catalog.client, key, expect=404)


def test_a_commit_is_not_said_to_have_failed_after_a_rename(catalog, ns, key):
    catalog.make_table(ns, "t", properties=TRIMMED)
    body = {"requirements": [], "updates": [bodies.set_properties(a="b")]}
    call = Call("POST", catalog.path(ns, "tables", "t"), body)
    call.send(catalog.client, key, expect=200)
    for number in range(4):
        catalog.commit(ns, "t", [bodies.set_properties(n=str(number))])
    catalog.rename("tables", (ns, "t"), (ns, "renamed"))
    call.send(catalog.client, key, expect=500, error="CommitStateUnknownException")


def test_a_view_commit_that_changes_nothing_keeps_the_version(catalog, view, key):
    before = catalog.load_view(*view)
    for headers in ({}, key, key):
        assert catalog.replace_view(*view, [], headers=headers) == before
    same = [{"action": "set-location", "location": before["metadata"]["location"]}]
    other = {"Idempotency-Key": bodies.idempotency_key()}
    assert catalog.replace_view(*view, same, headers=other) == before
    assert catalog.load_view(*view) == before


def test_replayed_drop_does_not_drop_the_next_table(catalog, table, key):
    call = Call("DELETE", catalog.path(table[0], "tables", table[1]))
    call.send(catalog.client, key, expect=204)
    catalog.make_table(*table)
    call.send(catalog.client, key, expect=204)
    assert catalog.tables(table[0]) == [table[1]]


def test_replayed_append_adds_one_snapshot(catalog, table, key):
    call = Call("POST", catalog.path(table[0], "tables", table[1]))
    call.body = bodies.append(catalog.metadata(*table))
    call.send(catalog.client, key, expect=200)
    catalog.append(*table)
    call.send(catalog.client, key, expect=200)
    assert len(catalog.metadata(*table)["snapshots"]) == 2


def test_conflict_is_replayed(catalog, table, key):
    ns, name = table
    call = Call("POST", catalog.path(ns, "tables"), bodies.create_table(name))
    first = call.send(catalog.client, key, expect=409, error="AlreadyExistsException")
    catalog.drop(ns, name)
    again = call.send(catalog.client, key, expect=409, error="AlreadyExistsException")
    assert again.error["message"] == first.error["message"]
    assert catalog.tables(ns) == []


def test_not_found_is_replayed(catalog, ns, key):
    call = Call("DELETE", catalog.path(ns, "tables", "t"))
    call.send(catalog.client, key, expect=404, error="NoSuchTableException")
    catalog.make_table(ns, "t")
    call.send(catalog.client, key, expect=404, error="NoSuchTableException")
    assert catalog.tables(ns) == ["t"]


def test_failed_requirement_is_replayed(catalog, table, key):
    requirement = {"type": "assert-current-schema-id", "current-schema-id": 1}
    body = {"requirements": [requirement], "updates": [bodies.set_properties(a="b")]}
    call = Call("POST", catalog.path(table[0], "tables", table[1]), body)
    call.send(catalog.client, key, expect=409, error="CommitFailedException")
    wider = {"action": "add-schema", "schema": bodies.struct((4, "x", "int"))}
    catalog.commit(*table, [wider, {"action": "set-current-schema", "schema-id": -1}])
    call.send(catalog.client, key, expect=409, error="CommitFailedException")
    assert "a" not in catalog.metadata(*table).get("properties", {})


def test_malformed_requests_leave_the_key_free(catalog, ns, key):
    path = catalog.path(ns, "tables")
    catalog.client.raw("POST", path, b"{", headers=key, expect=400, error="BadRequestException")
    catalog.client.post(path, bodies.create_table("t"), headers=key, expect=200)


@pytest.mark.parametrize("bad", ["", "x", "9c12d441", "9c12d441-03fe-4693-9a96-a0705ddf69c1x"])
def test_malformed_keys(catalog, ns, bad):
    body = bodies.create_table("t")
    headers = {"Idempotency-Key": bad}
    options = {"expect": 400, "error": "BadRequestException"}
    catalog.client.post(catalog.path(ns, "tables"), body, headers=headers, **options)
    assert catalog.tables(ns) == []


def test_keys_on_reads_are_ignored(catalog, table, key):
    path = catalog.path(table[0], "tables", table[1])
    catalog.client.get(path, headers=key, expect=200)
    catalog.client.get(catalog.path(table[0]), headers=key, expect=200)
    catalog.drop(*table, headers=key)


def test_upper_case_is_the_same_key(catalog, table, key):
    call = Call("DELETE", catalog.path(table[0], "tables", table[1]))
    call.send(catalog.client, key, expect=204)
    call.send(catalog.client, {"Idempotency-Key": key["Idempotency-Key"].upper()}, expect=204)


def test_concurrent_duplicates_have_one_effect(catalog, table, key):
    path = catalog.path(table[0], "tables", table[1])
    body = bodies.append(catalog.metadata(*table))

    def send(_):
        client = RestClient(catalog.client.uri, catalog.client.document)
        return client.post(path, body, headers=key, expect={200, 503}).status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, range(16)))
    assert 200 in statuses
    assert len(catalog.metadata(*table)["snapshots"]) == 1


def test_keys_outlive_a_restart(own_server, document, key):
    catalog = Catalog(RestClient(own_server.uri, document))
    ns = (bodies.unique("ns"),)
    catalog.make_namespace(*ns)
    call = Call("POST", catalog.path(ns, "tables"), bodies.create_table("t"))
    first = call.send(catalog.client, key, expect=200)
    own_server.stop()
    own_server.start()
    again = call.send(catalog.client, key, expect=200)
    assert again.json == first.json
    assert catalog.tables(ns) == ["t"]


def test_warehouses_are_made_and_dropped_once(catalog, key, tmp_path):
    wire, name = catalog.client.wire, bodies.unique("wh")
    body = json.dumps({"name": name, "location": f"file://{tmp_path}/wh"}).encode()
    first = wire.send("POST", "/management/v1/warehouses", body, key)
    assert first.status == 200, first
    again = wire.send("POST", "/management/v1/warehouses", body, key)
    assert (again.status, again.body) == (200, first.body)
    assert wire.send("POST", "/management/v1/warehouses", body, {}).status == 409
    path = f"/management/v1/warehouses/{name}"
    other_key = {"Idempotency-Key": bodies.idempotency_key()}
    for headers, status in [(other_key, 204), (other_key, 204), ({}, 404), (key, 422)]:
        answer = wire.send("DELETE", path, None, headers)
        assert answer.status == status, answer
