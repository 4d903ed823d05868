"""Loading tables: snapshots=all|refs, ETag and 304, missing tables and files."""

import pytest

from harness import bodies
from harness.client import AGAINST_REFERENCE
from harness.files import path_of


def etag(answer) -> str:
    value = answer.headers["ETag"]
    assert value, "no ETag"
    return value


def load(catalog, table, expect=200, tag=None, **query):
    headers = {"If-None-Match": tag} if tag else {}
    path = catalog.path(table[0], "tables", table[1])
    return catalog.client.get(path, query=query, headers=headers, expect=expect)


def test_load_twice_gives_the_same(catalog, table):
    assert load(catalog, table).body == load(catalog, table).body


def test_exists(catalog, table):
    catalog.client.head(catalog.path(table[0], "tables", table[1]), expect=204)
    catalog.client.head(catalog.path(table[0], "tables", "nobody"), expect=404)
    catalog.client.head("namespaces/nobody_ns/tables/t", expect=404)


@pytest.mark.parametrize("namespace", ["ns", "nobody_ns"])
def test_missing_table(catalog, ns, namespace):
    levels = ns if namespace == "ns" else ("nobody_ns",)
    path = catalog.path(levels, "tables", "nobody")
    answer = catalog.client.get(path, expect=404, error="NoSuchTableException")
    assert answer.error["message"] == f"Table does not exist: {levels[0]}.nobody"


def test_a_view_is_no_table(catalog, view):
    catalog.client.head(catalog.path(view[0], "tables", view[1]), expect=404)
    path = catalog.path(view[0], "tables", view[1])
    catalog.client.get(path, expect=404, error="NoSuchTableException")


def test_refs_mode_leaves_out_snapshots_that_no_ref_names(catalog, table):
    first = catalog.append(*table)["current-snapshot-id"]
    second = catalog.append(*table)["current-snapshot-id"]
    catalog.commit(*table, [bodies.set_ref(first, "kept", "tag")])
    third = catalog.append(*table)["current-snapshot-id"]
    everything = load(catalog, table, snapshots="all").json["metadata"]
    assert [s["snapshot-id"] for s in everything["snapshots"]] == [first, second, third]
    assert load(catalog, table).json["metadata"] == everything
    only_refs = load(catalog, table, snapshots="refs").json["metadata"]
    assert sorted(s["snapshot-id"] for s in only_refs["snapshots"]) == sorted([first, third])
    assert only_refs["refs"] == everything["refs"]
    assert only_refs["current-snapshot-id"] == third


def test_unknown_snapshots_mode(catalog, table):
    load(catalog, table, expect=400, snapshots="some")


def test_not_modified(catalog, table):
    tag = etag(load(catalog, table))
    answer = load(catalog, table, expect=304, tag=tag)
    assert answer.headers["ETag"] in (tag, None) if AGAINST_REFERENCE else etag(answer) == tag


def test_not_modified_among_several_and_star(catalog, table):
    tag = etag(load(catalog, table))
    load(catalog, table, expect=304, tag=f'"other", {tag}')
    load(catalog, table, expect=304, tag="W/" + tag.removeprefix("W/"))
    load(catalog, table, expect=304, tag="*")
    load(catalog, table, expect=200, tag='"other"')


def test_etag_of_create_is_that_of_load(catalog, ns):
    path = catalog.path(ns, "tables")
    created = catalog.client.post(path, bodies.create_table("t"), expect=200)
    load(catalog, (ns, "t"), expect=304, tag=etag(created), snapshots="all")


def test_etag_of_register_is_that_of_load(catalog, table):
    ns, name = table
    location = catalog.load(ns, name)["metadata-location"]
    catalog.drop(ns, name)
    body = {"name": name, "metadata-location": location}
    registered = catalog.client.post(catalog.path(ns, "register"), body, expect=200)
    load(catalog, table, expect=304, tag=etag(registered), snapshots="all")


def test_etag_of_commit_is_that_of_load(catalog, table):
    body = {"requirements": [], "updates": [bodies.set_properties(a="b")]}
    path = catalog.path(table[0], "tables", table[1])
    committed = catalog.client.post(path, body, expect=200)
    load(catalog, table, expect=304, tag=etag(committed), snapshots="all")


def test_default_mode_has_the_tag_of_all(catalog, table):
    load(catalog, table, expect=304, tag=etag(load(catalog, table, snapshots="all")))


@pytest.mark.parametrize("what", ["data", "properties"])
def test_commits_change_the_tag(catalog, table, what):
    before = etag(load(catalog, table))
    if what == "data":
        catalog.append(*table)
    else:
        catalog.commit(*table, [bodies.set_properties(a="b")])
    after = etag(load(catalog, table, tag=before))
    assert after != before
    load(catalog, table, expect=304, tag=after)


def test_tables_have_different_tags(catalog, table):
    ns, _ = table
    catalog.make_table(ns, "other")
    assert etag(load(catalog, table)) != etag(load(catalog, (ns, "other")))


def test_modes_have_different_tags(catalog, table):
    catalog.append(*table)
    every = etag(load(catalog, table, snapshots="all"))
    refs = etag(load(catalog, table, snapshots="refs"))
    assert every != refs
    load(catalog, table, expect=304, tag=refs, snapshots="refs")
    load(catalog, table, expect=200, tag=refs, snapshots="all")
    load(catalog, table, expect=200, tag=every, snapshots="refs")


def test_tag_of_a_dropped_table_is_404(catalog, table):
    tag = etag(load(catalog, table))
    catalog.drop(*table)
    load(catalog, table, expect=404, tag=tag)


def test_tag_of_a_table_made_again_under_the_name(catalog, table):
    tag = etag(load(catalog, table))
    catalog.drop(*table)
    catalog.make_table(*table)
    load(catalog, table, expect=200, tag=tag)


def test_tag_lives_through_a_rename(catalog, table):
    ns, name = table
    tag = etag(load(catalog, table))
    catalog.rename("tables", table, (ns, "renamed"))
    load(catalog, (ns, "renamed"), expect=304, tag=tag)
    load(catalog, (ns, name), expect=404, tag=tag)


@pytest.mark.parametrize("tag", [None, "current"])
def test_missing_metadata_file(catalog, table, tag):
    answer = load(catalog, table)
    location = answer.json["metadata-location"]
    file = path_of(location)
    if not file.is_file():
        pytest.skip(f"metadata is not on this file system: {location}")
    moved = file.rename(file.with_suffix(".moved"))
    try:
        answer = load(catalog, table, expect=404, tag=etag(answer) if tag else None)
        assert answer.error["type"] == "NotFoundException"
        expected = f"Failed to open input stream for file: {location}"
        assert answer.error["message"].startswith(expected)
    finally:
        moved.rename(file)
    load(catalog, table, expect=200)


def test_referenced_by_is_accepted(catalog, table):
    load(catalog, table, **{"referenced-by": "prod%1Fquarterly_view"})


def test_access_delegation_is_accepted(catalog, table):
    path = catalog.path(table[0], "tables", table[1])
    headers = {"X-Iceberg-Access-Delegation": "vended-credentials,remote-signing"}
    catalog.client.get(path, headers=headers, expect=200)
