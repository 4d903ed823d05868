"""FR-003: the path that is typed, printed, sent and stored is one and the same."""

import pytest

from harness import bodies
from harness.catalog import Catalog
from harness.client import RestClient

# How a level is typed, and what it is.
LEVELS = [
    ("plain", "plain"),
    ('"a.b"', "a.b"),
    ('"..."', "..."),
    ('"say ""hi"""', 'say "hi"'),
    ('in"side', 'in"side'),
    ('""""', '"'),
    ("with space", "with space"),
    ("a/b", "a/b"),
    ("50%25", "50%25"),
    ("%1F", "%1F"),
    ("a+b&c=d?e#f", "a+b&c=d?e#f"),
    ("größe-名前", "größe-名前"),
    ("'single'", "'single'"),
    ("[x]", "[x]"),
]


@pytest.fixture
def catalog(firn_server) -> Catalog:
    return Catalog(RestClient(firn_server.uri, None))


@pytest.mark.parametrize(("typed", "level"), LEVELS)
def test_a_level_is_what_was_typed(ask, catalog, ns, typed, level):
    ask("namespace", "create", f"{ns}.{typed}")
    ask("namespace", "create", f"{ns}.{typed}.last")
    path = (ns, level, "last")
    assert catalog.client.get(catalog.path(path), expect=200).json["namespace"] == list(path)
    catalog.make_table(path, level)
    (printed,) = ask("namespace", "list", ns).lines
    (below,) = ask("namespace", "list", printed).lines
    (table,) = ask("table", "list", below).lines
    shown = ask("table", "show", table, "--json").json
    assert shown == catalog.load(path, level)
    assert ask("table", "show", f"{ns}.{typed}.last.{typed}", "--json").json == shown
    ask("table", "rename", table, f"{below}.{typed}2" if typed[0] != '"' else f"{below}.other")
    assert len(ask("table", "list", below).lines) == 1


def test_control_characters_do_not_reach_the_terminal(ask, catalog, ns):
    catalog.make_namespace(ns, "red\x1b[31m")
    assert ask("namespace", "list", ns).lines == [f"{ns}.red?[31m"]
    assert [ns, "red\x1b[31m"] in ask("namespace", "list", ns, "--json").json["namespaces"]


@pytest.mark.parametrize("name", ["", ".", "a.", ".a", "a..b", '"a', '"a"b', '""'])
def test_half_a_name_is_refused(ask, name):
    for command in (
        ["namespace", "create"],
        ["namespace", "show"],
        ["table", "list"],
        ["table", "drop"],
        ["view", "show"],
    ):
        answer = ask(*command, name, expect=2)
        assert "written" in answer.err


def test_a_name_without_its_namespace_gets_a_hint(ask, catalog, ns):
    catalog.make_table((ns,), "t")
    for command in (
        ["table", "show", "t"],
        ["table", "drop", "t"],
        ["view", "show", "t"],
        ["table", "rename", f"{ns}.t", "u"],
        ["table", "rename", "t", f"{ns}.u"],
    ):
        assert "NAMESPACE." in ask(*command, expect=3).err


def test_nothing_below_a_missing_parent(ask):
    parent = bodies.unique("missing")
    assert parent in ask("namespace", "create", f"{parent}.child", expect=None).err
    assert parent in ask("namespace", "list", parent, expect=3).err
