"""Drop, purge, rename, register (with overwrite) and unregister of tables."""

import json
import time
import uuid
from pathlib import Path

import pytest

from harness import bodies, places
from harness.catalog import identifier
from harness.files import path_of, read_metadata

PURGE_TIMEOUT_S = 30


def file_of(location: str) -> Path:
    path = path_of(location)
    if not path.exists():
        pytest.skip(f"metadata is not on this file system: {location}")
    return path


def test_drop_keeps_the_files(catalog, table):
    location = catalog.load(*table)["metadata-location"]
    catalog.drop(*table)
    catalog.client.head(catalog.path(table[0], "tables", table[1]), expect=404)
    assert catalog.tables(table[0]) == []
    assert file_of(location).is_file()


def test_drop_of_a_missing_table(catalog, ns):
    options = {"expect": 404, "error": "NoSuchTableException"}
    answer = catalog.drop(ns, "nobody", **options)
    assert answer.error["message"] == f"Table does not exist: {ns[0]}.nobody"


def test_a_view_is_not_dropped_as_a_table(catalog, view):
    options = {"expect": 404, "error": "NoSuchTableException"}
    catalog.drop(*view, **options)
    assert catalog.views(view[0]) == [view[1]]


@pytest.mark.parametrize("asked", ["true", "True", "TRUE"])
def test_purge_removes_metadata_files(catalog, table, asked):
    files = [file_of(catalog.load(*table)["metadata-location"])]
    catalog.commit(*table, [bodies.set_properties(a="b")])
    files.append(file_of(catalog.load(*table)["metadata-location"]))
    path = catalog.path(table[0], "tables", table[1])
    catalog.client.delete(path, query={"purgeRequested": asked}, expect=204)
    catalog.client.head(path, expect=404)
    deadline = time.monotonic() + PURGE_TIMEOUT_S
    while any(file.exists() for file in files) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [str(file) for file in files if file.exists()] == []


def test_purge_not_requested(catalog, table):
    location = catalog.load(*table)["metadata-location"]
    path = catalog.path(table[0], "tables", table[1])
    catalog.client.delete(path, query={"purgeRequested": "false"}, expect=204)
    assert file_of(location).is_file()


def test_rename(catalog, table):
    ns, name = table
    before = catalog.load(ns, name)
    catalog.rename("tables", table, (ns, "renamed"))
    assert catalog.load(ns, "renamed") == before
    assert catalog.tables(ns) == ["renamed"]


def test_rename_into_another_namespace(catalog, table):
    other = (bodies.unique("other"),)
    catalog.make_namespace(*other)
    catalog.rename("tables", table, (other, "moved"))
    assert (catalog.tables(table[0]), catalog.tables(other)) == ([], ["moved"])


def test_rename_of_a_missing_table(catalog, ns):
    options = {"expect": 404, "error": "NoSuchTableException"}
    answer = catalog.rename("tables", (ns, "nobody"), (ns, "x"), **options)
    assert answer.error["message"] == f"Table does not exist: {ns[0]}.nobody"


def test_rename_into_a_missing_namespace(catalog, table):
    options = {"expect": 404, "error": "NoSuchNamespaceException"}
    answer = catalog.rename("tables", table, (("nobody_ns",), "x"), **options)
    assert answer.error["message"] == "Namespace does not exist: nobody_ns"
    assert catalog.tables(table[0]) == [table[1]]


@pytest.mark.parametrize("taken_by", ["Table", "View"])
def test_rename_to_a_name_that_is_taken(catalog, table, taken_by):
    ns, name = table
    make = catalog.make_table if taken_by == "Table" else catalog.make_view
    make(ns, "taken")
    options = {"expect": 409, "error": "AlreadyExistsException"}
    answer = catalog.rename("tables", table, (ns, "taken"), **options)
    if taken_by == "View":
        words = f"Cannot rename {ns[0]}.{name} to {ns[0]}.taken. View already exists"
        assert answer.error["message"] == words
    assert f"{taken_by} already exists" in answer.error["message"]
    catalog.load(ns, name)


@pytest.mark.parametrize("body", [{}, {"source": identifier(("a",), "b")}, [], "x", None])
def test_rename_refuses_bad_bodies(catalog, body):
    for kind in ("tables", "views"):
        catalog.client.post(f"{kind}/rename", body, expect=400, error="BadRequestException")


def register(catalog, ns, name, location, **options):
    overwrite = options.pop("overwrite", None)
    body = {"name": name, "metadata-location": location}
    if overwrite is not None:
        body["overwrite"] = overwrite
    return catalog.client.post(catalog.path(ns, "register"), body, **{"expect": 200, **options})


def test_register(catalog, table):
    ns, name = table
    before = catalog.load(ns, name)
    catalog.drop(ns, name)
    assert register(catalog, ns, "again", before["metadata-location"]).json == before
    assert catalog.load(ns, "again") == before


def test_register_a_name_that_is_taken(catalog, table):
    ns, name = table
    location = catalog.load(ns, name)["metadata-location"]
    catalog.make_table(ns, "other")
    options = {"expect": 409, "error": "AlreadyExistsException"}
    answer = register(catalog, ns, "other", location, **options)
    assert answer.error["message"] == f"Table already exists: {ns[0]}.other"
    register(catalog, ns, "other", location, overwrite=False, **options)


def test_register_with_overwrite_replaces_the_pointer(catalog, table):
    ns, name = table
    old = catalog.load(ns, name)
    catalog.append(ns, name)
    register(catalog, ns, name, old["metadata-location"], overwrite=True)
    assert catalog.load(ns, name)["metadata"] == old["metadata"]
    register(catalog, ns, "fresh", old["metadata-location"], overwrite=True, expect={400})


def test_register_over_a_view(catalog, table):
    ns, name = table
    catalog.make_view(ns, "v")
    location = catalog.load(ns, name)["metadata-location"]
    options = {"expect": 409, "error": "AlreadyExistsException"}
    register(catalog, ns, "v", location, **options)
    register(catalog, ns, "v", location, overwrite=True, **options)


def test_register_in_a_missing_namespace(catalog, table):
    location = catalog.load(*table)["metadata-location"]
    options = {"expect": 404, "error": "NoSuchNamespaceException"}
    register(catalog, ("nobody_ns",), "t", location, **options)


def test_register_of_a_missing_file(catalog, table):
    ns, name = table
    location = catalog.load(ns, name)["metadata-location"] + ".gone"
    register(catalog, ns, "x", location, expect={400, 404})
    assert catalog.tables(ns) == [name]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "{}", '{"format-version": 2}', "\x00", '{"a":[1,2}}']
)
def test_register_of_a_broken_file(catalog, table, content):
    ns, name = table
    file = file_of(catalog.load(ns, name)["metadata-location"])
    broken = file.with_name("broken.metadata.json")
    broken.write_text(content)
    location = f"file://{broken}"
    register(catalog, ns, "x", location, expect=400, error="BadRequestException")
    assert catalog.tables(ns) == [name]


def test_a_table_without_a_uuid_gets_one(catalog, table):
    ns, name = table
    location = catalog.metadata(ns, name)["location"] + "-old"
    golden = places.ROOT / "tests/golden/table_metadata/spec_v1_oldest.json"
    metadata = json.loads(golden.read_text())
    del metadata["table-uuid"]
    file = path_of(location) / "metadata" / "v7.metadata.json"
    if not path_of(catalog.load(ns, name)["metadata-location"]).exists():
        pytest.skip(f"metadata is not on this file system: {location}")
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({**metadata, "location": location}))
    registered = register(catalog, ns, "old", f"file:{file}").json
    assert uuid.UUID(registered["metadata"]["table-uuid"])
    assert catalog.load(ns, "old") == registered
    assert registered["metadata-location"].rsplit("/", 1)[1].startswith("00008-")
    log = [entry["metadata-file"] for entry in registered["metadata"]["metadata-log"]]
    assert log[-1] == f"file:{file}"
    assert json.loads(file.read_text()) == {**metadata, "location": location}
    updates, requirement = [bodies.set_properties(a="b")], registered["metadata"]["table-uuid"]
    catalog.commit(ns, "old", updates, [{"type": "assert-table-uuid", "uuid": requirement}])
    again = register(catalog, ns, "old", f"file:{file}", overwrite=True).json
    assert again["metadata"]["table-uuid"] != requirement
    catalog.drop(ns, "old")


def test_unregister(catalog, table):
    ns, name = table
    last = catalog.append(ns, name)
    loaded = catalog.load(ns, name)
    path = f"{catalog.path(ns, 'tables', name)}/unregister"
    result = catalog.client.post(path, expect=200).json
    assert result["metadata-location"] == loaded["metadata-location"]
    assert result["metadata"] == last
    assert file_of(result["metadata-location"]).is_file()
    catalog.client.head(catalog.path(ns, "tables", name), expect=404)
    updates = [bodies.set_properties(a="b")]
    catalog.commit(ns, name, updates, expect=404, error="NoSuchTableException")
    register(catalog, ns, "back", result["metadata-location"])
    answer = catalog.client.post(path, expect=404, error="NoSuchTableException")
    assert answer.error["message"] == f"Table does not exist: {ns[0]}.{name}"


def test_old_metadata_files_go_when_the_table_asks(catalog, ns):
    properties = {
        "write.metadata.delete-after-commit.enabled": "true",
        "write.metadata.previous-versions-max": "2",
    }
    catalog.make_table(ns, "t", properties=properties)
    first = file_of(catalog.load(ns, "t")["metadata-location"])
    for number in range(5):
        metadata = catalog.commit(ns, "t", [bodies.set_properties(n=str(number))])["metadata"]
    log = [entry["metadata-file"] for entry in metadata["metadata-log"]]
    assert len(log) == 2
    there = sorted(first.parent.glob("*.metadata.json"))
    kept = [*log, catalog.load(ns, "t")["metadata-location"]]
    assert there == sorted(path_of(location) for location in kept)


def test_old_metadata_files_go_from_the_metadata_path_too(catalog, ns):
    other = catalog.make_table(ns, "other")["metadata"]["location"]
    folder = f"{other}-metadata"
    properties = {
        "write.metadata.delete-after-commit.enabled": "true",
        "write.metadata.previous-versions-max": "2",
        "write.metadata.path": folder,
    }
    catalog.make_table(ns, "t", properties=properties)
    catalog.make_table(ns, "neighbour", properties={"write.metadata.path": folder})
    file_of(catalog.load(ns, "t")["metadata-location"])
    for number in range(5):
        metadata = catalog.commit(ns, "t", [bodies.set_properties(n=str(number))])["metadata"]
    kept = [entry["metadata-file"] for entry in metadata["metadata-log"]]
    kept += [catalog.load(ns, name)["metadata-location"] for name in ("t", "neighbour")]
    there = sorted(path_of(folder).glob("*.metadata.json"))
    assert there == sorted(path_of(location) for location in kept)


def test_the_file_holds_what_was_answered(catalog, table):
    catalog.append(*table)
    loaded = catalog.load(*table)
    assert file_of(loaded["metadata-location"]).is_file()
    stored = read_metadata(loaded["metadata-location"])
    assert {key: stored[key] for key in loaded["metadata"]} == loaded["metadata"]


def test_location_prefix_of_the_default_warehouse(catalog, table):
    if places.external_uri():
        pytest.skip("the data folder of an external server is not known")
    location = catalog.metadata(*table)["location"]
    assert location.startswith("file:///") or location.startswith("file:/")
