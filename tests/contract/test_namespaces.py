"""Namespaces: create, list, load, exists, drop, at any depth."""

import pytest

from harness import bodies
from harness.client import segment


def listed(client, parent: tuple[str, ...] = ()) -> list[list[str]]:
    query = {"parent": "\x1f".join(parent)} if parent else None
    return client.get("namespaces", query=query, expect=200).json["namespaces"]


def test_create_and_load(catalog, client):
    name = bodies.unique("ns")
    answer = catalog.make_namespace(name, properties={"owner": "me", "ü": "ß"}).json
    assert answer["namespace"] == [name]
    assert answer["properties"].items() >= {"owner": "me", "ü": "ß"}.items()
    loaded = client.get(f"namespaces/{name}", expect=200).json
    assert loaded == answer


def test_create_without_properties(client):
    name = bodies.unique("ns")
    client.post("namespaces", {"namespace": [name]}, expect=200)
    client.head(f"namespaces/{name}", expect=204)


def test_create_twice(catalog, ns):
    answer = catalog.make_namespace(*ns, expect=409, error="AlreadyExistsException")
    assert answer.error["message"].startswith(f"Namespace already exists: {ns[0]}")


def test_exists(client, ns):
    client.head(f"namespaces/{segment(*ns)}", expect=204)
    client.head("namespaces/nobody_ns", expect=404)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_load_and_drop_of_a_missing_namespace(client, method):
    answer = client.call(
        method, "namespaces/nobody_ns", expect=404, error="NoSuchNamespaceException"
    )
    assert answer.error["message"] == "Namespace does not exist: nobody_ns"


def test_message_names_a_nested_namespace_with_dots(client):
    answer = client.get("namespaces/no%1Fbody", expect=404, error="NoSuchNamespaceException")
    assert answer.error["message"] == "Namespace does not exist: no.body"


def test_drop(catalog, client, ns):
    client.delete(f"namespaces/{segment(*ns)}", expect=204)
    client.head(f"namespaces/{segment(*ns)}", expect=404)
    catalog.make_namespace(*ns)


@pytest.mark.parametrize("content", ["table", "view", "namespace"])
def test_drop_of_a_namespace_that_is_not_empty(catalog, client, ns, content):
    make = {
        "table": lambda: catalog.make_table(ns, "x"),
        "view": lambda: catalog.make_view(ns, "x"),
        "namespace": lambda: catalog.make_namespace(*ns, "x"),
    }
    make[content]()
    answer = client.delete(
        f"namespaces/{segment(*ns)}", expect=409, error="NamespaceNotEmptyException"
    )
    assert "is not empty" in answer.error["message"]
    client.head(f"namespaces/{segment(*ns)}", expect=204)


def test_create_in_a_missing_parent_changes_nothing(catalog, client):
    missing = bodies.unique("gone")
    # The document has no 404 for this call.
    answer = catalog.make_namespace(missing, "child", expect=400)
    assert answer.error["message"] == f"Namespace does not exist: {missing}"
    client.head(f"namespaces/{segment(missing, 'child')}", expect=404)


def test_nested_listing_is_by_parent_only(catalog, client, ns):
    for levels in [("a",), ("b",), ("a", "x"), ("a", "x", "deep"), ("a", "y")]:
        catalog.make_namespace(*ns, *levels)
    assert sorted(listed(client, ns)) == [[*ns, "a"], [*ns, "b"]]
    assert sorted(listed(client, (*ns, "a"))) == [[*ns, "a", "x"], [*ns, "a", "y"]]
    assert listed(client, (*ns, "a", "x", "deep")) == []
    assert list(ns) in listed(client)
    assert all(len(levels) == 1 for levels in listed(client))


def test_listing_of_a_missing_parent(client):
    answer = client.get(
        "namespaces", query={"parent": "nobody_ns"}, expect=404, error="NoSuchNamespaceException"
    )
    assert answer.error["message"] == "Namespace does not exist: nobody_ns"


def test_empty_parent_is_no_parent(client, ns):
    assert list(ns) in client.get("namespaces?parent=", expect=200).json["namespaces"]


def test_fifty_levels(catalog, client, ns):
    levels = ns
    for depth in range(50):
        levels = (*levels, f"l{depth}")
        catalog.make_namespace(*levels)
    catalog.make_table(levels, "t")
    assert catalog.load(levels, "t")["metadata"]["format-version"] == 2
    assert client.get(f"namespaces/{segment(*levels)}", expect=200).json["namespace"] == [*levels]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"namespace": []},
        {"namespace": [""]},
        {"namespace": ["a", ""]},
        {"namespace": "a"},
        {"namespace": [1]},
        {"namespace": ["a", None]},
        {"namespace": None},
        {"namespace": ["a\x1fb"]},
        {"namespace": ["a\x00b"]},
        {"namespace": ["a"], "properties": {"k": 1}},
        {"namespace": ["a"], "properties": []},
        {"namespace": ["a"], "properties": {"k": None}},
    ],
)
def test_create_refuses_bad_bodies(client, body):
    before = sorted(listed(client))
    client.post("namespaces", body, expect=400, error="BadRequestException")
    assert sorted(listed(client)) == before
