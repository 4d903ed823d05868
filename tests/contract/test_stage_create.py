"""Staged creation: nothing exists until the commit that asserts the table away."""

import uuid
from pathlib import Path
from urllib.parse import urlsplit

from harness import bodies


def stage(catalog, ns, name="t", **changes) -> dict:
    return catalog.make_table(ns, name, **{"stage-create": True}, **changes)


def creation(staged: dict) -> list[dict]:
    """The updates that a client sends to create the staged table."""
    metadata = staged["metadata"]
    return [
        {"action": "assign-uuid", "uuid": metadata["table-uuid"]},
        {"action": "upgrade-format-version", "format-version": metadata["format-version"]},
        {
            "action": "add-schema",
            "schema": metadata["schemas"][0],
            "last-column-id": metadata["last-column-id"],
        },
        {"action": "set-current-schema", "schema-id": -1},
        {"action": "add-spec", "spec": metadata["partition-specs"][0]},
        {"action": "set-default-spec", "spec-id": -1},
        {"action": "add-sort-order", "sort-order": metadata["sort-orders"][0]},
        {"action": "set-default-sort-order", "sort-order-id": -1},
        {"action": "set-location", "location": metadata["location"]},
        bodies.set_properties(**metadata.get("properties", {}), staged="yes"),
    ]


CREATE = [{"type": "assert-create"}]


def test_staged_table_does_not_exist(catalog, ns):
    staged = stage(catalog, ns)
    assert staged.get("metadata-location") is None
    assert staged["metadata"]["location"]
    catalog.client.head(catalog.path(ns, "tables", "t"), expect=404)
    assert catalog.tables(ns) == []
    catalog.client.delete(catalog.path(ns), expect=204)


def test_folders_are_made_for_writers_that_make_none(catalog, ns):
    location = urlsplit(stage(catalog, ns)["metadata"]["location"])
    if location.scheme == "file":
        assert Path(location.path, "metadata").is_dir()
        assert Path(location.path, "data").is_dir()


def test_commit_creates_what_was_staged(catalog, ns):
    spec = {"spec-id": 0, "fields": bodies.SPEC["fields"]}
    staged = stage(catalog, ns, **{"partition-spec": spec})
    answer = catalog.commit(ns, "t", creation(staged), CREATE)
    metadata = answer["metadata"]
    assert metadata["table-uuid"] == staged["metadata"]["table-uuid"]
    assert metadata["location"] == staged["metadata"]["location"]
    assert metadata["properties"]["staged"] == "yes"
    assert metadata["partition-specs"][0]["fields"][0]["name"] == "id_bucket"
    assert catalog.load(ns, "t")["metadata"] == metadata


def test_commit_may_bring_the_first_snapshot(catalog, ns):
    staged = stage(catalog, ns)
    first = bodies.snapshot(staged["metadata"])
    updates = [
        *creation(staged),
        {"action": "add-snapshot", "snapshot": first},
        bodies.set_ref(first["snapshot-id"]),
    ]
    metadata = catalog.commit(ns, "t", updates, CREATE)["metadata"]
    assert metadata["current-snapshot-id"] == first["snapshot-id"]


def test_second_creator_loses(catalog, ns):
    one, two = stage(catalog, ns), stage(catalog, ns)
    catalog.commit(ns, "t", creation(one), CREATE)
    options = {"expect": 409}
    body = {"requirements": CREATE, "updates": creation(two)}
    answer = catalog.client.post(catalog.path(ns, "tables", "t"), body, **options)
    assert answer.error["type"] in ("CommitFailedException", "AlreadyExistsException")
    assert "table already exists" in answer.error["message"].lower()
    assert catalog.metadata(ns, "t")["table-uuid"] == one["metadata"]["table-uuid"]


def test_staging_a_name_that_is_taken(catalog, table):
    ns, name = table
    options = {"expect": 409, "error": "AlreadyExistsException"}
    body = bodies.create_table(name, **{"stage-create": True})
    answer = catalog.client.post(catalog.path(ns, "tables"), body, **options)
    assert answer.error["message"] == f"Table already exists: {ns[0]}.{name}"


def test_staging_in_a_missing_namespace(catalog):
    body = bodies.create_table("t", **{"stage-create": True})
    answer = catalog.client.post(
        "namespaces/nobody_ns/tables", body, expect=404, error="NoSuchNamespaceException"
    )
    assert answer.error["message"] == "Namespace does not exist: nobody_ns"


def test_creating_commit_in_a_missing_namespace(catalog, ns):
    staged = stage(catalog, ns)
    body = {"requirements": CREATE, "updates": creation(staged)}
    catalog.client.post(
        "namespaces/nobody_ns/tables/t", body, expect=404, error="NoSuchNamespaceException"
    )


def test_creation_without_a_stage_call(catalog, ns):
    """Some clients build the whole table from updates, and name no location."""
    updates = [
        {"action": "assign-uuid", "uuid": "9c12d441-03fe-4693-9a96-a0705ddf69c1"},
        {"action": "upgrade-format-version", "format-version": 2},
        {"action": "add-schema", "schema": bodies.SCHEMA},
        {"action": "set-current-schema", "schema-id": -1},
        {"action": "add-spec", "spec": {"spec-id": 0, "fields": []}},
        {"action": "set-default-spec", "spec-id": -1},
        {"action": "add-sort-order", "sort-order": {"order-id": 0, "fields": []}},
        {"action": "set-default-sort-order", "sort-order-id": -1},
        {
            "action": "set-location",
            "location": stage(catalog, ns, "other")["metadata"]["location"] + "-mine",
        },
    ]
    metadata = catalog.commit(ns, "t", updates, CREATE)["metadata"]
    assert metadata["table-uuid"] == "9c12d441-03fe-4693-9a96-a0705ddf69c1"


def test_a_chosen_uuid_is_one_and_names_the_location(catalog, ns):
    chosen = str(uuid.uuid4())
    updates = [
        update
        for update in creation(stage(catalog, ns, "other"))
        if update["action"] not in ("assign-uuid", "set-location")
    ]
    for wrong in ("not a uuid", "", chosen[:-1], f"{{{chosen}}}", chosen.replace("-", "")):
        named = [{"action": "assign-uuid", "uuid": wrong}, *updates]
        catalog.commit(ns, "t", named, CREATE, expect=400)
    named = [{"action": "assign-uuid", "uuid": chosen}, *updates]
    metadata = catalog.commit(ns, "t", named, CREATE)["metadata"]
    assert metadata["table-uuid"] == chosen
    assert metadata["location"].endswith(f"/t-{chosen.replace('-', '')[:12]}")
    # The uuid of a table that is there is nobody else's.
    elsewhere = {"action": "set-location", "location": f"{metadata['location']}-two"}
    catalog.commit(ns, "two", [*named, elsewhere], CREATE, expect=400)
    assert catalog.tables(ns) == ["t"]
    catalog.drop(ns, "t")
    catalog.commit(ns, "two", [*named, elsewhere], CREATE)


def test_assert_create_beside_other_requirements(catalog, ns):
    staged = stage(catalog, ns)
    requirements = [*CREATE, {"type": "assert-current-schema-id", "current-schema-id": 0}]
    body = {"requirements": requirements, "updates": creation(staged)}
    catalog.client.post(catalog.path(ns, "tables", "t"), body, expect={400, 409})
    assert catalog.tables(ns) == []
