"""Awkward names, encodings of a path, and tricks with locations."""

import pytest

from harness import bodies
from harness.client import AGAINST_REFERENCE, segment

NAMES = [
    "with space", "a.b", "a/b", "..", ".", "a%2Fb", "ü", "表", "🧊", "a+b", "a&b=c", "a?b#c",
    "'\"\\", "UPPER", "x" * 200, "-", "_", "a;b", "a:b", "~", "$metadata", "{braces}", "<a>",
    "a\tb", "NULL", "select",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_tables_namespaces_and_views_of_any_name(catalog, client, ns, name):
    levels = (*ns, name)
    catalog.make_namespace(*levels)
    made = catalog.make_table(levels, name)
    assert catalog.load(levels, name) == made
    assert catalog.tables(levels) == [name]
    catalog.commit(levels, name, [bodies.set_properties(a="b")])
    catalog.make_view(levels, f"{name}v")
    assert catalog.views(levels) == [f"{name}v"]
    listed = client.get("namespaces", query={"parent": ns[0]}, expect=200).json["namespaces"]
    assert listed == [[*levels]]
    catalog.rename("tables", (levels, name), (levels, f"{name}2"))
    catalog.drop(levels, f"{name}2")
    catalog.drop(levels, f"{name}v", kind="views")
    client.delete(f"namespaces/{segment(*levels)}", expect=204)


def test_names_are_kept_apart_by_case(catalog, ns):
    catalog.make_table(ns, "t")
    catalog.make_table(ns, "T")
    assert catalog.tables(ns) == ["T", "t"]
    assert catalog.metadata(ns, "t")["table-uuid"] != catalog.metadata(ns, "T")["table-uuid"]


def test_dots_do_not_make_levels(catalog, client, ns):
    catalog.make_namespace(f"{ns[0]}.x")
    catalog.make_namespace(*ns, "x")
    catalog.make_table((f"{ns[0]}.x",), "dotted")
    catalog.make_table((*ns, "x"), "nested")
    assert catalog.tables((f"{ns[0]}.x",)) == ["dotted"]
    assert catalog.tables((*ns, "x")) == ["nested"]


@pytest.mark.parametrize("encoded", ["%1F", "%1f"])
def test_separator_in_either_case(catalog, client, ns, encoded):
    catalog.make_namespace(*ns, "child")
    client.get(f"namespaces/{ns[0]}{encoded}child", expect=200)
    client.get(f"namespaces?parent={ns[0]}{encoded}child", expect=200)


def test_needless_percent_encoding_is_the_same_name(client, ns):
    client.get("namespaces/" + "".join(f"%{ord(c):02X}" for c in ns[0]), expect=200)


@pytest.mark.parametrize(
    "path", ["namespaces/%", "namespaces/%G1", "namespaces/%2", "namespaces/%FF"]
)
def test_broken_percent_encoding(client, path):
    client.get(path, expect=400, error="BadRequestException")


@pytest.mark.parametrize("path", ["namespaces/a%00b", "namespaces/a/tables/t%00"])
def test_nul_in_a_path(client, path):
    client.get(path, expect={400, 404})


@pytest.mark.parametrize("path", ["namespaces/%1F", "namespaces/a%1F", "namespaces/%1Fa"])
def test_empty_levels_in_a_path(client, path):
    client.get(path, expect={400, 404})


def test_very_long_names(catalog, ns):
    path = catalog.path(ns, "tables")
    answer = catalog.client.post(path, bodies.create_table("x" * 5000), expect={200, 400})
    assert len(catalog.tables(ns)) == (1 if answer.status == 200 else 0)


# Whoever runs the suite may be allowed to write a lot: nothing here names a place that matters.
ELSEWHERE = "/var/tmp/firn-outside"
harmful = pytest.mark.skipif(AGAINST_REFERENCE, reason="the reference writes wherever it is told")
OUTSIDE = [
    f"file://{ELSEWHERE}", ELSEWHERE, f"file:///../..{ELSEWHERE}", "file:///",
    "relative/path", "", " ", "s3://someone-elses-bucket/x", "http://127.0.0.1/x", "file://otherhost/var/tmp/x",
    f"file://{ELSEWHERE}/\x00x", "memory://x", "file:", "://",
]  # fmt: skip


@harmful
@pytest.mark.parametrize("location", OUTSIDE)
def test_locations_outside_the_warehouse(catalog, ns, location):
    path = catalog.path(ns, "tables")
    body = bodies.create_table("t", location=location)
    catalog.client.post(path, body, expect={400, 403})
    staged = {**body, "stage-create": True}
    catalog.client.post(path, staged, expect={400, 403})
    assert catalog.tables(ns) == []


@harmful
@pytest.mark.parametrize(
    "tail",
    [f"/../../../../../../../../..{ELSEWHERE}", "/a/../../../b", "/%2E%2E/%2E%2E/x", "/./../x"],
)
def test_dot_dot_in_locations(catalog, ns, tail):
    location = catalog.make_table(ns, "base")["metadata"]["location"] + tail
    options = {"expect": {400, 403}}
    path = catalog.path(ns, "tables")
    catalog.client.post(path, bodies.create_table("t", location=location), **options)
    update = {"action": "set-location", "location": location}
    before = catalog.load(ns, "base")
    catalog.commit(ns, "base", [update], **options)
    assert catalog.load(ns, "base") == before


@harmful
def test_moving_a_table_outside_the_warehouse(catalog, table):
    before = catalog.load(*table)
    for location in (f"file://{ELSEWHERE}", ELSEWHERE, ""):
        update = {"action": "set-location", "location": location}
        catalog.commit(*table, [update], expect={400, 403})
    assert catalog.load(*table) == before


@harmful
def test_write_paths_outside_the_warehouse(catalog, ns):
    properties = {"write.metadata.path": f"file://{ELSEWHERE}"}
    path = catalog.path(ns, "tables")
    body = bodies.create_table("t", properties=properties)
    catalog.client.post(path, body, expect={400, 403})
    assert catalog.tables(ns) == []


@pytest.mark.parametrize("where", ["same", "inside", "around"])
def test_locations_of_live_tables_never_overlap(catalog, table, where):
    ns, name = table
    taken = catalog.metadata(ns, name)["location"]
    location = {"same": taken, "inside": f"{taken}/x", "around": taken.rsplit("/", 1)[0]}[where]
    path = catalog.path(ns, "tables")
    body = bodies.create_table("t2", location=location)
    catalog.client.post(path, body, expect=400)
    assert catalog.tables(ns) == [name]


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "/etc/passwd", "file:///proc/self/environ"]
)
def test_registering_files_outside_the_warehouse(catalog, ns, location):
    body = {"name": "t", "metadata-location": location}
    path = catalog.path(ns, "register")
    answer = catalog.client.post(path, body, expect={400, 403, 404})
    assert "root:" not in answer.error["message"]
    assert catalog.tables(ns) == []
