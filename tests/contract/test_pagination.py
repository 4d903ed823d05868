"""Listing in pages: only where pageToken is present, null token at the end."""

import pytest

from harness import bodies
from harness.client import AGAINST_REFERENCE, segment

TOTAL = 23


@pytest.fixture(scope="module")
def full(catalog):
    """A namespace with TOTAL child namespaces, tables and views."""
    ns = (bodies.unique("pages"),)
    catalog.make_namespace(*ns)
    for number in range(TOTAL):
        catalog.make_namespace(*ns, f"n{number:02}")
        catalog.make_table(ns, f"t{number:02}")
        catalog.make_view(ns, f"v{number:02}")
    return ns


@pytest.fixture(params=["namespaces", "tables", "views"])
def listing(request, client, full):
    """Call the listing with a query; (names, next token or ... when the field is absent)."""

    def call(**query):
        if request.param == "namespaces":
            query["parent"] = full[0]
            answer = client.get("namespaces", query=query, expect=200).json
            names = [levels[-1] for levels in answer["namespaces"]]
        else:
            path = f"namespaces/{segment(*full)}/{request.param}"
            answer = client.get(path, query=query, expect=200).json
            names = [entry["name"] for entry in answer["identifiers"]]
        return names, answer.get("next-page-token", ...)

    call.expected = [f"{request.param[0]}{number:02}" for number in range(TOTAL)]
    return call


def follow(listing, size: int) -> list[list[str]]:
    pages, token = [], ""
    while token is not None:
        names, token = listing(pageToken=token, pageSize=size)
        pages.append(names)
        assert len(pages) <= TOTAL + 1, "no end"
    return pages


def test_without_token_everything_comes_at_once(listing):
    names, token = listing()
    assert sorted(names) == listing.expected
    assert token in (None, ...)


def test_page_size_alone_does_not_page(listing):
    if AGAINST_REFERENCE:
        pytest.skip("the reference pages on pageSize alone")
    names, token = listing(pageSize=5)
    assert sorted(names) == listing.expected
    assert token in (None, ...)


@pytest.mark.parametrize("size", [1, 5, 22, 23, 24, 1000])
def test_pages_are_disjoint_and_complete(listing, size):
    pages = follow(listing, size)
    assert sorted(name for page in pages for name in page) == listing.expected
    assert all(len(page) <= size for page in pages)
    assert len(pages) in (-(-TOTAL // size), -(-TOTAL // size) + 1)


def test_empty_token_without_size_is_a_first_page(listing):
    names, token = listing(pageToken="")
    seen = list(names)
    while token not in (None, ...):
        names, token = listing(pageToken=token)
        seen += names
    assert sorted(seen) == listing.expected


def test_pages_hold_their_place_while_names_come_and_go(catalog, client):
    ns = (bodies.unique("moving"),)
    catalog.make_namespace(*ns)
    for number in range(10):
        catalog.make_table(ns, f"t{number}")
    path = f"namespaces/{segment(*ns)}/tables"
    first = client.get(path, query={"pageToken": "", "pageSize": 4}, expect=200).json
    got = [entry["name"] for entry in first["identifiers"]]
    catalog.drop(ns, got[0])
    catalog.make_table(ns, "a_new_one")
    rest = {f"t{number}" for number in range(10)} - set(got)
    token = first["next-page-token"]
    while token is not None:
        query = {"pageToken": token, "pageSize": 4}
        page = client.get(path, query=query, expect=200).json
        got += [entry["name"] for entry in page["identifiers"]]
        token = page["next-page-token"]
    if not AGAINST_REFERENCE:  # whose tokens are offsets
        assert rest <= set(got)
    assert len(got) == len(set(got))


@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5", "99999999999999999999"])
def test_bad_page_sizes(client, full, size):
    path = f"namespaces/{segment(*full)}/tables"
    client.get(path, query={"pageToken": "", "pageSize": size}, expect={400, 200})
    if size in ("0", "-1", "x", "1.5"):
        client.get(
            path, query={"pageToken": "", "pageSize": size}, expect=400, error="BadRequestException"
        )


@pytest.mark.parametrize("token", ["x", "AAAA", "%00", "é", "a" * 5000, "eyJ9", "-1"])
def test_bad_page_tokens(client, full, token):
    path = f"namespaces/{segment(*full)}/tables"
    client.get(path, query={"pageToken": token}, expect=400, error="BadRequestException")


def test_token_of_another_listing(client, full):
    query = {"pageToken": "", "pageSize": 3}
    path = f"namespaces/{segment(*full)}"
    token = client.get(f"{path}/tables", query=query, expect=200).json["next-page-token"]
    query = {"pageToken": token, "pageSize": 3}
    client.get(f"{path}/views", query=query, expect={200, 400})


def test_listings_of_an_empty_namespace(client, ns):
    for kind in ("tables", "views"):
        path = f"namespaces/{segment(*ns)}/{kind}"
        for query in (None, {"pageToken": ""}, {"pageToken": "", "pageSize": 5}):
            answer = client.get(path, query=query, expect=200).json
            assert answer["identifiers"] == []
            assert answer.get("next-page-token") is None
