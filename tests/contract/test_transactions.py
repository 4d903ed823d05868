"""POST /v1/transactions/commit: several tables, all or nothing."""

import pytest

from harness import bodies
from harness.catalog import identifier


@pytest.fixture
def tables(catalog, ns):
    for name in ("a", "b", "c"):
        catalog.make_table(ns, name)
    return [(ns, name) for name in ("a", "b", "c")]


def change(table, updates, requirements=()) -> dict:
    return {
        "identifier": identifier(*table),
        "requirements": list(requirements),
        "updates": updates,
    }


def state(catalog, tables) -> list:
    return [catalog.load(*table) for table in tables]


def test_all_tables_change(catalog, tables):
    changes = [change(t, [bodies.set_properties(batch="1")]) for t in tables]
    catalog.transaction(*changes)
    for table in tables:
        assert catalog.metadata(*table)["properties"]["batch"] == "1"


def test_snapshots_schemas_and_properties_together(catalog, tables):
    append = bodies.append(catalog.metadata(*tables[0]))
    wider = {**bodies.SCHEMA, "schema-id": 1, "fields": [
        *bodies.SCHEMA["fields"], {"id": 4, "name": "x", "required": False, "type": "int"}
    ]}  # fmt: skip
    evolve = [
        {"action": "add-schema", "schema": wider},
        {"action": "set-current-schema", "schema-id": -1},
    ]
    catalog.transaction(
        change(tables[0], append["updates"], append["requirements"]), change(tables[1], evolve)
    )
    first, second = catalog.metadata(*tables[0]), catalog.metadata(*tables[1])
    assert first["current-snapshot-id"] == append["updates"][1]["snapshot-id"]
    assert second["current-schema-id"] == 1


def test_one_failed_requirement_undoes_all(catalog, tables):
    before = state(catalog, tables)
    wrong = {"type": "assert-current-schema-id", "current-schema-id": 9}
    changes = [change(t, [bodies.set_properties(batch="1")]) for t in tables]
    changes[2]["requirements"] = [wrong]
    answer = catalog.transaction(*changes, expect=409, error="CommitFailedException")
    words = "Requirement failed: current schema changed: expected id 9 != 0"
    assert words in answer.error["message"]
    assert state(catalog, tables) == before


def test_one_missing_table_undoes_all(catalog, tables):
    before = state(catalog, tables)
    changes = [change(t, [bodies.set_properties(batch="1")]) for t in tables]
    changes.append(change((tables[0][0], "nobody"), [bodies.set_properties(batch="1")]))
    answer = catalog.transaction(*changes, expect=404, error="NoSuchTableException")
    assert answer.error["message"] == f"Table does not exist: {tables[0][0][0]}.nobody"
    assert state(catalog, tables) == before


@pytest.mark.parametrize("bad", [{"action": "no-such-update"}, {}, None])
def test_one_broken_update_undoes_all(catalog, tables, bad):
    before = state(catalog, tables)
    changes = [change(t, [bodies.set_properties(batch="1")]) for t in tables]
    changes[1]["updates"].append(bad)
    catalog.transaction(*changes, expect=400, error="BadRequestException")
    assert state(catalog, tables) == before


def test_a_broken_change_needs_its_identifier(catalog, tables):
    before = state(catalog, tables)
    changes = [change(t, [bodies.set_properties(batch="1")]) for t in tables]
    del changes[1]["identifier"]
    catalog.transaction(*changes, expect=400, error="BadRequestException")
    assert state(catalog, tables) == before


def test_staged_tables_are_created_in_it(catalog, tables):
    """DuckDB creates tables with a stage call and this endpoint."""
    ns = tables[0][0]
    staged = catalog.make_table(ns, "fresh", **{"stage-create": True})["metadata"]
    updates = [
        {"action": "assign-uuid", "uuid": staged["table-uuid"]},
        {"action": "upgrade-format-version", "format-version": 2},
        {"action": "add-schema", "schema": staged["schemas"][0]},
        {"action": "set-current-schema", "schema-id": -1},
        {"action": "add-spec", "spec": staged["partition-specs"][0]},
        {"action": "set-default-spec", "spec-id": -1},
        {"action": "add-sort-order", "sort-order": staged["sort-orders"][0]},
        {"action": "set-default-sort-order", "sort-order-id": -1},
        {"action": "set-location", "location": staged["location"]},
    ]
    catalog.transaction(
        change((ns, "fresh"), updates, [{"type": "assert-create"}]),
        change(tables[0], [bodies.set_properties(batch="1")]),
    )
    assert catalog.metadata(ns, "fresh")["table-uuid"] == staged["table-uuid"]


def test_one_table_twice_is_refused_or_applied_in_order(catalog, tables):
    before = state(catalog, tables)
    answer = catalog.transaction(
        change(tables[0], [bodies.set_properties(k="1")]),
        change(tables[0], [bodies.set_properties(k="2")]),
        expect={204, 400},
    )
    if answer.status == 204:
        assert catalog.metadata(*tables[0])["properties"]["k"] == "2"
    else:
        assert state(catalog, tables) == before


@pytest.mark.parametrize("body", [{}, {"table-changes": {}}, {"table-changes": [7]}, [], "x"])
def test_refuses_bad_bodies(catalog, body):
    catalog.client.post("transactions/commit", body, expect=400, error="BadRequestException")


def test_no_changes(catalog):
    catalog.transaction(expect={204, 400})
