"""POST /v1/namespaces/{namespace}/properties."""

import pytest

from harness.client import segment


@pytest.fixture
def path(catalog):
    from harness import bodies

    name = bodies.unique("props")
    catalog.make_namespace(name, properties={"keep": "1", "change": "1", "drop": "1"})
    return f"namespaces/{segment(name)}"


def properties(client, path) -> dict:
    return client.get(path, expect=200).json["properties"]


def test_update_remove_and_missing(client, path):
    body = {"updates": {"change": "2", "new": "2"}, "removals": ["drop", "never"]}
    answer = client.post(f"{path}/properties", body, expect=200).json
    assert sorted(answer["updated"]) == ["change", "new"]
    assert answer["removed"] == ["drop"]
    assert answer["missing"] == ["never"]
    now = properties(client, path)
    assert (now["keep"], now["change"], now["new"]) == ("1", "2", "2")
    assert "drop" not in now


def test_only_updates_and_only_removals(client, path):
    client.post(f"{path}/properties", {"updates": {"a": "b"}}, expect=200)
    client.post(f"{path}/properties", {"removals": ["a"]}, expect=200)
    assert "a" not in properties(client, path)


def test_key_both_updated_and_removed(client, path):
    before = properties(client, path)
    body = {"updates": {"keep": "2", "other": "2"}, "removals": ["keep"]}
    client.post(f"{path}/properties", body, expect=422, error="UnprocessableEntityException")
    assert properties(client, path) == before


def test_missing_namespace(client):
    answer = client.post(
        "namespaces/nobody_ns/properties",
        {"updates": {"a": "b"}},
        expect=404,
        error="NoSuchNamespaceException",
    )
    assert answer.error["message"] == "Namespace does not exist: nobody_ns"


@pytest.mark.parametrize(
    "body",
    [
        {"updates": []},
        {"updates": {"k": 1}},
        {"removals": {}},
        {"removals": [1]},
        {"removals": "k"},
        [],
        "text",
        7,
    ],
)
def test_refuses_bad_bodies(client, path, body):
    before = properties(client, path)
    client.post(f"{path}/properties", body, expect=400, error="BadRequestException")
    assert properties(client, path) == before
