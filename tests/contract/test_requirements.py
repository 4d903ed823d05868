"""The 8 table requirements and the exact words that clients see when one fails."""

import pytest

from harness import bodies

UPDATE = [bodies.set_properties(passed="yes")]
OTHER_UUID = "9c12d441-03fe-4693-9a96-a0705ddf69c1"


def check(catalog, table, requirement: dict, message: str | None) -> None:
    """With a message: 409 with these words and no change. Without: the commit goes through."""
    if message is None:
        metadata = catalog.commit(*table, UPDATE, [requirement])["metadata"]
        assert metadata["properties"]["passed"] == "yes"
        return
    before = catalog.load(*table)
    path = catalog.path(table[0], "tables", table[1])
    body = {"requirements": [requirement], "updates": UPDATE}
    answer = catalog.client.post(path, body, expect=409, error="CommitFailedException")
    assert answer.error["message"] == message
    assert catalog.load(*table) == before


def test_assert_create(catalog, table):
    check(catalog, table, {"type": "assert-create"}, "Requirement failed: table already exists")


def test_assert_table_uuid(catalog, table):
    uuid = catalog.metadata(*table)["table-uuid"]
    check(catalog, table, {"type": "assert-table-uuid", "uuid": uuid}, None)
    check(
        catalog,
        table,
        {"type": "assert-table-uuid", "uuid": OTHER_UUID},
        f"Requirement failed: UUID does not match: expected {uuid} != {OTHER_UUID}",
    )


NUMBERS = [
    ("assert-last-assigned-field-id", "last-assigned-field-id", 3, "last assigned field id"),
    ("assert-current-schema-id", "current-schema-id", 0, "current schema"),
    (
        "assert-last-assigned-partition-id",
        "last-assigned-partition-id",
        999,
        "last assigned partition id",
    ),
    ("assert-default-spec-id", "default-spec-id", 0, "default partition spec"),
    ("assert-default-sort-order-id", "default-sort-order-id", 0, "default sort order"),
]


@pytest.mark.parametrize("kind,field,now,words", NUMBERS)
def test_assertions_on_numbers(catalog, table, kind, field, now, words):
    check(catalog, table, {"type": kind, field: now}, None)
    message = f"Requirement failed: {words} changed: expected id 41 != {now}"
    check(catalog, table, {"type": kind, field: 41}, message)


def test_assert_ref_snapshot_id(catalog, table):
    absent = {"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": None}
    check(catalog, table, absent, None)
    wanted = {**absent, "snapshot-id": 5}
    message = "Requirement failed: branch or tag main is missing, expected 5"
    check(catalog, table, wanted, message)

    now = catalog.append(*table)["current-snapshot-id"]
    check(catalog, table, {**absent, "snapshot-id": now}, None)
    message = f"Requirement failed: branch main has changed: expected id 5 != {now}"
    check(catalog, table, wanted, message)
    check(catalog, table, absent, "Requirement failed: branch main was created concurrently")

    catalog.commit(*table, [bodies.set_ref(now, "v1", "tag")])
    tag = {"type": "assert-ref-snapshot-id", "ref": "v1", "snapshot-id": 5}
    check(catalog, table, tag, f"Requirement failed: tag v1 has changed: expected id 5 != {now}")
    message = "Requirement failed: tag v1 was created concurrently"
    check(catalog, table, {**tag, "snapshot-id": None}, message)


def test_absent_snapshot_id_is_null(catalog, table):
    check(catalog, table, {"type": "assert-ref-snapshot-id", "ref": "main"}, None)


def test_all_must_hold(catalog, table):
    good = {"type": "assert-current-schema-id", "current-schema-id": 0}
    bad = {"type": "assert-default-spec-id", "default-spec-id": 9}
    before = catalog.load(*table)
    options = {"expect": 409, "error": "CommitFailedException"}
    catalog.commit(*table, UPDATE, [good, bad], **options)
    assert catalog.load(*table) == before


def test_requirements_see_the_table_before_the_updates(catalog, table):
    requirement = {"type": "assert-default-spec-id", "default-spec-id": 0}
    spec = {"spec-id": 1, "fields": bodies.SPEC["fields"]}
    updates = [{"action": "add-spec", "spec": spec}, {"action": "set-default-spec", "spec-id": -1}]
    assert catalog.commit(*table, updates, [requirement])["metadata"]["default-spec-id"] == 1


@pytest.mark.parametrize(
    "requirement",
    [
        {"type": "assert-nothing"},
        {"type": "assert-view-uuid", "uuid": OTHER_UUID},
        {"type": None},
        {},
        None,
        "assert-create",
        {"type": "assert-table-uuid"},
        {"type": "assert-table-uuid", "uuid": 7},
        {"type": "assert-current-schema-id", "current-schema-id": "0"},
        {"type": "assert-current-schema-id"},
        {"type": "assert-ref-snapshot-id"},
    ],
)
def test_unknown_and_broken_requirements(catalog, table, requirement):
    before = catalog.load(*table)
    options = {"expect": 400, "error": "BadRequestException"}
    catalog.commit(*table, UPDATE, [requirement], **options)
    assert catalog.load(*table) == before


def test_commit_to_a_missing_table(catalog, ns):
    path = catalog.path(ns, "tables", "nobody")
    body = {"requirements": [], "updates": UPDATE}
    answer = catalog.client.post(path, body, expect=404, error="NoSuchTableException")
    assert answer.error["message"] == f"Table does not exist: {ns[0]}.nobody"
