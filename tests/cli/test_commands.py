"""Namespaces, tables, views and warehouses: what a command does, prints and answers as JSON."""

import pytest

from harness import bodies


@pytest.fixture
def table(catalog, ns) -> str:
    catalog.make_table((ns,), "t")
    return f"{ns}.t"


@pytest.fixture
def view(catalog, ns) -> str:
    catalog.make_view((ns,), "v")
    return f"{ns}.v"


def test_a_namespace_lives(ask):
    name = bodies.unique("life")
    assert ask("namespace", "create", name, "-p", "k=v", "-p", "eq=a=b").lines == [
        f"Created namespace {name}"
    ]
    ask("namespace", "create", f"{name}.child")
    assert name in ask("namespace", "list").lines
    assert ask("namespace", "list", name).lines == [f"{name}.child"]
    shown = ask("namespace", "show", name)
    assert shown.lines == [f"namespace:    {name}", "properties:", "  eq = a=b", "  k = v"]
    assert ask("namespace", "show", name, "--json").json == {
        "namespace": [name], "properties": {"k": "v", "eq": "a=b"},
    }  # fmt: skip
    changed = ask("namespace", "set", name, "-p", "k=w", "-r", "eq", "-r", "none")
    assert changed.lines == ["set:          k", "removed:      eq", "not there:    none"]
    assert ask("namespace", "show", name, "--json").json["properties"] == {"k": "w"}
    answer = ask("namespace", "drop", name, expect=1)
    assert "not empty" in answer.err
    ask("namespace", "drop", f"{name}.child")
    assert ask("namespace", "drop", name).lines == [f"Dropped namespace {name}"]
    ask("namespace", "show", name, expect=3)


def test_options_before_the_name(ask):
    name = bodies.unique("options")
    ask("namespace", "create", "-p", "a=1", "-p", "b=2", name)
    ask("namespace", "set", "-r", "a", name)
    assert ask("namespace", "show", name, "--json").json["properties"] == {"b": "2"}


def test_json_of_changes_can_be_read(ask):
    name = bodies.unique("json")
    assert ask("namespace", "create", name, "--json").json == {
        "namespace": [name], "properties": {},
    }  # fmt: skip
    assert ask("namespace", "set", name, "-p", "k=v", "--json").json["updated"] == ["k"]
    assert ask("namespace", "drop", name, "--json").json == {}


def test_a_table_lives(ask, catalog, ns, table):
    loaded = catalog.load((ns,), "t")
    assert ask("table", "list", ns).lines == [table]
    assert ask("table", "list", ns, "--json").json["identifiers"] == [
        {"namespace": [ns], "name": "t"}
    ]
    shown = ask("table", "show", table)
    assert f"uuid:         {loaded['metadata']['table-uuid']}" in shown.lines
    assert "  1: id: required long" in shown.lines
    assert ask("table", "show", table, "--json").json["metadata"] == loaded["metadata"]
    assert ask("table", "rename", table, f"{ns}.u").lines == [f"Renamed table {table} to {ns}.u"]
    file = ask("table", "unregister", f"{ns}.u").lines
    assert file == [loaded["metadata-location"]]
    assert ask("table", "list", ns).lines == []
    ask("table", "register", table, file[0])
    assert "exists" in ask("table", "register", table, file[0], expect=1).err
    ask("table", "register", "--overwrite", table, file[0])
    assert ask("table", "drop", table).lines == [f"Dropped table {table}"]
    ask("table", "show", table, expect=3)


def test_a_view_lives(ask, catalog, ns, view):
    loaded = catalog.load_view((ns,), "v")
    assert ask("view", "list", ns).lines == [view]
    shown = ask("view", "show", view)
    assert "spark:        select 1 as id" in shown.lines
    assert ask("view", "show", view, "--json").json == loaded
    ask("view", "rename", view, f"{ns}.w")
    ask("view", "drop", f"{ns}.w")
    ask("view", "register", view, loaded["metadata-location"])
    assert ask("view", "list", ns).lines == [view]
    ask("view", "drop", view)


def test_tables_and_views_are_told_apart(ask, table, view):
    assert "does not exist" in ask("view", "show", table, expect=3).err
    assert "does not exist" in ask("table", "drop", view, expect=3).err
    assert "exists" in ask("table", "rename", table, view, expect=1).err


def test_a_warehouse_lives(ask, tmp_path):
    name = bodies.unique("wh")
    location = f"file://{tmp_path}/wh"
    ask("warehouse", "create", name, location)
    rows = [line.split() for line in ask("warehouse", "list").lines]
    assert rows[0] == ["NAME", "DEFAULT", "LOCATION"]
    assert [name, "no", location] in rows
    assert ["default", "yes"] in [row[:2] for row in rows]
    listed = ask("warehouse", "list", "--json").json["warehouses"]
    assert {"name": name, "location": location, "default": False, "properties": {}} in listed
    ask("namespace", "create", "inside", "-w", name)
    assert ask("namespace", "list", "--warehouse", name).lines == ["inside"]
    assert "inside" not in ask("namespace", "list").lines
    assert "not empty" in ask("warehouse", "drop", name, expect=1).err
    ask("namespace", "drop", "inside", "-w", name)
    ask("warehouse", "drop", name)
    ask("warehouse", "drop", name, expect=3)
    ask("namespace", "list", "-w", name, expect=3)


def test_help_tells_exit_codes_and_how_names_are_written(firn):
    assert "Exit codes" in firn("--help").out
    for group in ("namespace", "table", "view"):
        assert "quoted" in firn(group, "list", "--help").out
    assert "--warehouse" not in firn("warehouse", "list", "--help").out
    assert firn("--version").out.startswith("firn ")
