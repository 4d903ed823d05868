"""GET /v1/config, warehouses as prefix, and what is or is not advertised."""

import re

import pytest
from scope import BUILT, NOT_BUILT, UNLISTED

from harness import bodies, places
from harness.client import segment

DURATION = re.compile(r"P(?=[0-9T])([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9.]+S)?)?\Z")
# Names that no object has, to call every operation with.
NOBODY = {"namespace": "nobody_ns", "table": "nobody", "view": "nobody", "function": "f"}


def advertised(client) -> set[str]:
    return set(client.get("config", expect=200).json["endpoints"])


def test_config_advertises_exactly_what_is_built(client):
    assert advertised(client) - UNLISTED == set(BUILT) - UNLISTED


def test_config_announces_idempotency_in_a_form_java_parses(client):
    lifetime = client.get("config", expect=200).json["idempotency-key-lifetime"]
    assert DURATION.match(lifetime), lifetime


def test_config_advertises_no_other_namespace_separator(client):
    config = client.get("config", expect=200).json
    assert config["overrides"].get("namespace-separator", "%1F").upper() == "%1F"


def test_config_without_warehouse_sets_no_prefix(client):
    config = client.get("config", expect=200).json
    assert "prefix" not in config["overrides"]
    assert "prefix" not in config["defaults"]


def test_config_with_empty_warehouse_is_config_without(client):
    assert (
        client.get("config", query={"warehouse": ""}, expect=200).json == client.get("config").json
    )


def test_config_of_a_warehouse_gives_its_name_as_prefix(client):
    name = places.default_warehouse()
    config = client.get("config", query={"warehouse": name}, expect=200).json
    assert config["overrides"]["prefix"] == name


def test_config_of_an_unknown_warehouse(client):
    query = {"warehouse": "no_such_warehouse"}
    client.get("config", query=query, expect=404, error="NoSuchWarehouseException")


def test_warehouse_prefix_reaches_the_same_namespaces(client, ns):
    prefixed = client.with_prefix(places.default_warehouse())
    prefixed.head(f"namespaces/{segment(*ns)}", expect=204)
    body = {"namespace": [bodies.unique("prefixed")]}
    prefixed.post("namespaces", body, expect=200)
    client.head(f"namespaces/{body['namespace'][0]}", expect=204)


@pytest.mark.parametrize("path", ["namespaces", "namespaces/a/tables", "namespaces/a/tables/t"])
def test_unknown_warehouse_prefix(client, path):
    client.with_prefix("no_such_warehouse").get(path, expect=404, error="NoSuchWarehouseException")


@pytest.mark.parametrize("endpoint", sorted(NOT_BUILT))
def test_what_is_not_built_is_404_in_the_error_model(client, endpoint):
    method, path = call_of(endpoint)
    body = None if method in ("GET", "DELETE") else {}
    client.call(method, path, json=body, expect=404, documented=False)


@pytest.mark.parametrize("endpoint", sorted(set(BUILT) - UNLISTED))
def test_every_advertised_operation_is_routed(client, endpoint):
    """On objects that do not exist: an answer of the operation itself, never `no such route`."""
    method, path = call_of(endpoint)
    body = {} if method == "POST" else None
    # To them {} is no error.
    bodiless = {"unregisterTable", "updateProperties", "planTableScan"}
    name = BUILT[endpoint]
    missing = 400 if method == "POST" and name not in bodiless else 404
    expect = 200 if name == "listNamespaces" else missing
    answer = client.call(method, path, json=body, expect=expect)
    if answer.status == 404 and method != "HEAD":
        assert answer.error["type"] in (
            "NoSuchNamespaceException",
            "NoSuchTableException",
            "NoSuchViewException",
        )


@pytest.mark.parametrize(
    "path", ["", "nothing", "namespaces/a/b", "namespaces/a/tables/t/u/v", "tables", "views/x"]
)
def test_unknown_paths_are_404_in_the_error_model(client, path):
    client.get(path, expect=404)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_methods_that_no_path_has(client, method):
    answer = client.call(method, "namespaces", json={}, expect=405)
    assert answer.headers["Allow"] == "GET, POST"
    assert answer.error["message"] == f"Method not allowed here: {method}"


def test_authorization_header_is_ignored_while_authentication_is_off(client):
    client.get("namespaces", headers={"Authorization": "Bearer anything"}, expect=200)


def call_of(endpoint: str) -> tuple[str, str]:
    method, template = endpoint.split(" ")
    path = template.removeprefix("/v1/").removeprefix("{prefix}/")
    for name, value in {**NOBODY, "plan-id": "p"}.items():
        path = path.replace("{" + name + "}", value)
    return method, path
